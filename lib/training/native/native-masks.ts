import type { Graph, GraphTensor } from '../../tensorflow/graph';
import type { DataType } from '../../tensorflow/graph-messages';

const float = { T: { type: 'float32' } } as const;
const int32 = { type: 'int32' } as const;
const int16 = { type: 'int16' } as const;
const bool = { type: 'bool' } as const;

/** Number of masks in one training step after which their first seed changes, because the second one has no bits left. */
const masksPerSeed = 32;

/** Seeds of the masks of a training step, counted from 1: [2]. Masks repeat after 2²⁷ training steps. */
export function maskPosition(seed: number, step: number): Int32Array {
  return Int32Array.of(seed, step * masksPerSeed);
}

/** Writes random masks into a graph of native TensorFlow. */
export class NativeMasks {
  /** @param position - `maskPosition` of the training step. */
  constructor(
    private readonly graph: Graph,
    private readonly position: GraphTensor,
  ) {}

  /**
   * 0 with probability `rate`, rounded to 2⁻¹⁶ or finer, else 1 / (1 - rate). Equal for equal seed, training step and
   * index.
   *
   * @param index - of the mask in the training step.
   */
  add(shape: readonly number[], rate: number, index: number): GraphTensor {
    const { graph } = this;
    const count = shape.reduce((product, size) => product * size, 1);
    const offset = [Math.floor(index / masksPerSeed), index % masksPerSeed];
    const seed = graph.add('AddV2', [this.position, this.integers(offset)], { T: int32 });
    // The rate determines how many of the 2¹⁶ values are below the threshold; at least one is kept.
    const below = Math.min(Math.round(rate * 2 ** 16), 2 ** 16 - 1);
    const threshold = graph.constant({ ...int16, shape: [], values: [below - 2 ** 15] });
    const isKept = graph.add('GreaterEqual', [this.randomInt16(count, seed), threshold], { T: int16 });
    const begin = this.integers([0]);
    const cut = graph.add('Slice', [isKept, begin, this.integers([count])], { T: bool, Index: int32 });
    const kept = graph.add('Reshape', [cut, this.integers(shape)], { T: bool, Tshape: int32 });
    const scale = graph.constant({ type: 'float32', shape: [], values: [2 ** 16 / (2 ** 16 - below)] });
    return graph.add('Mul', [cast(graph, kept, 'bool', 'float32'), scale], float);
  }

  /** `count` values, or one more: two from each 32 random bits, since generating these is the main cost of a mask. */
  private randomInt16(count: number, seed: GraphTensor): GraphTensor {
    const { graph } = this;
    const half = this.integers([Math.ceil(count / 2)]);
    const randomTypes = { dtype: int32, T: int32, Tseed: int32 };
    const bits = graph.add('StatelessRandomUniformFullInt', [half, seed], randomTypes);
    const pairs = graph.add('Bitcast', [bits], { T: int32, type: int16 });
    return graph.add('Reshape', [pairs, this.integers([-1])], { T: int16, Tshape: int32 });
  }

  /** [values]. */
  private integers(values: readonly number[]): GraphTensor {
    return this.graph.constant({ ...int32, shape: [values.length], values });
  }
}

export function cast(graph: Graph, x: GraphTensor, from: DataType, to: DataType): GraphTensor {
  return graph.add('Cast', [x], { SrcT: { type: from }, DstT: { type: to }, Truncate: { flag: false } });
}
