import { maxPixel } from './pixels';

/** Counts of values. They are integers, so the order of the shards does not change the statistics. */
export class PixelStatistics {
  private readonly countOfPixel = new Float64Array(maxPixel + 1);
  private readonly countOfLabel = new Array<number>(256).fill(0);

  add(pixels: Uint8Array, labels: Uint8Array): void {
    const { countOfPixel } = this;
    for (const pixel of pixels) countOfPixel[pixel]! += 1;
    for (const label of labels) this.countOfLabel[label]! += 1;
  }

  /** Σ count · u^power over all values u: below 2⁵³ up to 10¹¹ pixels. */
  private sumOfPowers(power: number): number {
    return this.countOfPixel.reduce((sum, count, pixel) => sum + count * pixel ** power, 0);
  }

  /** -1 before the first image. */
  get highestLabel(): number {
    return this.countOfLabel.findLastIndex((count) => count > 0);
  }

  /** Number of images per label, 0 to `highestLabel`. */
  labelCounts(highestLabel: number): number[] {
    return this.countOfLabel.slice(0, highestLabel + 1);
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
