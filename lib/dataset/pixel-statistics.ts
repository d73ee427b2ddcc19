/** Sums over bytes: whole numbers below 2⁵³ up to 10¹¹ pixels, so the order of the shards cannot change them. */
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

  /** Images with label 0, 1, …, `highestLabel`. */
  labelCounts(highestLabel: number): number[] {
    return this.countOfLabel.slice(0, highestLabel + 1);
  }

  /** Of `u / 255`, in [0, 1]. */
  get pixelMean(): number {
    return this.sum / this.pixelCount / 255;
  }

  /** Population standard deviation of `u / 255`. The numerator n·Σu² - (Σu)² outgrows doubles, so it is a BigInt. */
  get pixelStandardDeviation(): number {
    const [count, sum, sumOfSquares] = [this.pixelCount, this.sum, this.sumOfSquares].map(BigInt);
    return Math.sqrt(Number(count! * sumOfSquares! - sum! * sum!)) / this.pixelCount / 255;
  }
}
