import { maxPixel } from './pixels';

/** Sums of bytes. They are integers below 2⁵³ up to 10¹¹ pixels, so the order of the shards does not change them. */
export class PixelStatistics {
  private pixelCount = 0;
  private sum = 0;
  private sumOfSquares = 0;
  private readonly countOfLabel = new Array<number>(256).fill(0);

  add(pixels: Uint8Array, labels: Uint8Array): void {
    this.pixelCount += pixels.length;
    for (const pixel of pixels) {
      this.sum += pixel;
      this.sumOfSquares += pixel * pixel;
    }
    for (const label of labels) this.countOfLabel[label]! += 1;
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
    return this.sum / this.pixelCount / maxPixel;
  }

  /** Population standard deviation of `u / 255`. The numerator n·Σu² - (Σu)² exceeds the integers of a double, so it is a BigInt. */
  get pixelStandardDeviation(): number {
    const [count, sum, sumOfSquares] = [this.pixelCount, this.sum, this.sumOfSquares].map(BigInt);
    return Math.sqrt(Number(count! * sumOfSquares! - sum! * sum!)) / this.pixelCount / maxPixel;
  }
}
