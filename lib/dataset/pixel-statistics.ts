import type { SplitCounts } from '../contracts/dataset';
import { maxPixel } from './pixels';

/** Counts of labels and values. They are integers, so sums over parts are exact in any order. */
export class PixelStatistics {
  private readonly countOfPixel = new Float64Array(maxPixel + 1);
  private readonly countOfLabel: Float64Array;

  constructor(classCount: number) {
    this.countOfLabel = new Float64Array(classCount);
  }

  addImage(pixels: Uint8Array, label: number): void {
    const { countOfPixel } = this;
    for (const pixel of pixels) countOfPixel[pixel]! += 1;
    this.countOfLabel[label]! += 1;
  }

  addCounts({ labelCounts, pixelCounts }: SplitCounts): void {
    for (const [pixel, count] of pixelCounts.entries()) this.countOfPixel[pixel]! += count;
    for (const [label, count] of labelCounts.entries()) this.countOfLabel[label]! += count;
  }

  get counts(): SplitCounts {
    return { labelCounts: this.labelCounts, pixelCounts: [...this.countOfPixel] };
  }

  /** Number of images of each class. */
  get labelCounts(): number[] {
    return [...this.countOfLabel];
  }

  /** Σ count · u^power over all values u: below 2⁵³ up to 10¹¹ values. */
  private sumOfPowers(power: number): number {
    return this.countOfPixel.reduce((sum, count, pixel) => sum + count * pixel ** power, 0);
  }

  /** Of `u / 255`, in [0, 1]. */
  get pixelMean(): number {
    return this.sumOfPowers(1) / this.sumOfPowers(0) / maxPixel;
  }

  /** Population standard deviation of `u / 255`. The numerator n·Σu² - (Σu)² exceeds the integers of a double, so it is a BigInt. */
  get pixelStandardDeviation(): number {
    const [count, sum, sumOfSquares] = [0, 1, 2].map((power) => BigInt(this.sumOfPowers(power)));
    return Math.sqrt(Number(count! * sumOfSquares! - sum! * sum!)) / this.sumOfPowers(0) / maxPixel;
  }
}
