import type { RunConfig } from '../contracts/run-config';
import type { RandomUint32 } from './uniform';

type ElasticSettings = Pick<RunConfig, 'elasticPixels' | 'elasticSigma'>;

/** The Gaussian is cut here; outside is 0.3 % of it. */
const cutSigmas = 3;

/**
 * Random displacements of all pixels, smoothed by a Gaussian: Simard, Steinkraus and Platt, "Best practices for
 * convolutional neural networks applied to visual document analysis", ICDAR 2003.
 *
 * Smoothed noise has nothing finer than its Gaussian. So the noise is drawn at nodes that are one standard deviation
 * apart instead of at every pixel, and scaled to the same variance, which then differs by 2·exp(-π²), a hundredth of a
 * percent, from pixel to pixel. docs/decisions/0013-augmentation.md has what that saves.
 */
export class ElasticField {
  /** [height, 2, width]: of each row, the horizontal displacements, then the vertical ones. Changed by each `draw`. */
  readonly displacements: Float32Array;
  readonly #amplitude: number;
  readonly #rows: Smoothing;
  readonly #columns: Smoothing;
  /** [row nodes, 2, column nodes]. */
  readonly #noise: Float32Array;
  /** [height, 2, column nodes]. */
  readonly #smoothedRows: Float32Array;

  constructor({ elasticPixels, elasticSigma }: ElasticSettings, [height, width]: readonly [number, number]) {
    this.#amplitude = elasticPixels;
    this.#rows = smoothingOf(height, elasticSigma);
    this.#columns = smoothingOf(width, elasticSigma);
    this.displacements = new Float32Array(height * 2 * width);
    this.#noise = new Float32Array(this.#rows.nodes * 2 * this.#columns.nodes);
    this.#smoothedRows = new Float32Array(height * 2 * this.#columns.nodes);
  }

  draw(random: RandomUint32): void {
    drawNoise(this.#noise, this.#amplitude, random);
    const [noise, rows, displacements] = [this.#noise, this.#smoothedRows, this.displacements];
    const { nodes, firstNodes } = this.#columns;
    const width = firstNodes.length;
    smooth(noise, rows, this.#rows, {
      lines: 2 * nodes,
      ...{ fromLine: 1, fromNode: 2 * nodes },
      ...{ toLine: 1, toPixel: 2 * nodes },
    });
    smooth(rows, displacements, this.#columns, {
      lines: displacements.length / width,
      ...{ fromLine: nodes, fromNode: 1 },
      ...{ toLine: width, toPixel: 1 },
    });
  }
}

/** Uniform in ±amplitude; two from each random number, because 2⁻¹⁶ of the amplitude is fine enough. */
function drawNoise(noise: Float32Array, amplitude: number, random: RandomUint32): void {
  const scale = amplitude / 2 ** 15;
  for (let node = 0; node < noise.length; node += 2) {
    const bits = random();
    noise[node] = ((bits >>> 16) - 32_767.5) * scale;
    noise[node + 1] = ((bits & 0xffff) - 32_767.5) * scale;
  }
}

/** How the noise at the nodes of one axis becomes a smooth value at each of its pixels. */
interface Smoothing {
  readonly nodes: number;
  /** The first node that a pixel depends on, for each pixel. */
  readonly firstNodes: Int32Array;
  /** [pixels, tapCount]: of this node and those after it. */
  readonly weights: Float64Array;
}

/** Nodes that a pixel depends on. */
const tapCount = 2 * cutSigmas + 1;

/** The squared weights of a pixel have the same sum as those of a Gaussian filter over all pixels. */
function smoothingOf(pixels: number, sigma: number): Smoothing {
  const spacing = Math.max(1, sigma);
  // Relative to the node nearest to the pixel 0.
  const firstNode = (pixel: number) => Math.ceil(pixel / spacing) - cutSigmas;
  const firstNodes = Int32Array.from({ length: pixels }, (_, pixel) => firstNode(pixel) - firstNode(0));
  const weights = Float64Array.from({ length: pixels * tapCount }, (_, index) => {
    const pixel = Math.floor(index / tapCount);
    return gaussian((firstNode(pixel) + (index % tapCount)) * spacing - pixel, sigma);
  });
  const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0) / pixels;
  const scale = Math.sqrt(squaresOfFilter(sigma) / squares);
  return {
    nodes: firstNodes.at(-1)! + tapCount,
    firstNodes,
    weights: weights.map((weight) => weight * scale),
  };
}

const gaussian = (distance: number, sigma: number) => Math.exp(-((distance / sigma) ** 2) / 2);

/** The sum of the squared weights of a Gaussian filter, whose weights sum to 1. */
function squaresOfFilter(sigma: number): number {
  const radius = Math.ceil(cutSigmas * sigma);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, index) => gaussian(index - radius, sigma));
  const sum = weights.reduce((total, weight) => total + weight);
  return weights.reduce((total, weight) => total + (weight / sum) ** 2, 0);
}

interface Strides {
  /** Independent rows or columns. */
  readonly lines: number;
  readonly fromLine: number;
  readonly fromNode: number;
  readonly toLine: number;
  readonly toPixel: number;
}

/** The weights of a pixel stay in registers for all lines: twice as fast as a loop over weights. */
function smooth(
  from: Float32Array,
  to: Float32Array,
  { firstNodes, weights }: Smoothing,
  { lines, fromLine, fromNode, toLine, toPixel }: Strides,
): void {
  for (let pixel = 0; pixel < firstNodes.length; pixel += 1) {
    const tap = pixel * tapCount;
    const w0 = weights[tap]!;
    const w1 = weights[tap + 1]!;
    const w2 = weights[tap + 2]!;
    const w3 = weights[tap + 3]!;
    const w4 = weights[tap + 4]!;
    const w5 = weights[tap + 5]!;
    const w6 = weights[tap + 6]!;
    let at = firstNodes[pixel]! * fromNode;
    let target = pixel * toPixel;
    for (let line = 0; line < lines; line += 1) {
      to[target] =
        w0 * from[at]! +
        w1 * from[at + fromNode]! +
        w2 * from[at + 2 * fromNode]! +
        w3 * from[at + 3 * fromNode]! +
        w4 * from[at + 4 * fromNode]! +
        w5 * from[at + 5 * fromNode]! +
        w6 * from[at + 6 * fromNode]!;
      at += fromLine;
      target += toLine;
    }
  }
}

/** The standard deviation of a displacement in one direction, in pixels. */
export function elasticDeviation({ elasticPixels, elasticSigma }: ElasticSettings): number {
  return (elasticPixels / Math.sqrt(3)) * squaresOfFilter(elasticSigma);
}
