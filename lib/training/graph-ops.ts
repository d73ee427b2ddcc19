import { maxPixel } from '../dataset/pixels';
import { type Graph, type GraphTensor, outputOf } from '../tensorflow/graph';
import type { DataType, NodeAttributes } from '../tensorflow/graph-messages';
import type { TensorOps } from './tensor-ops';

const float: NodeAttributes = { T: { type: 'float32' } };
const int32 = { type: 'int32' } as const;
const int16 = { type: 'int16' } as const;
const int64 = { type: 'int64' } as const;
const bool = { type: 'bool' } as const;

/**
 * Seeds of the dropout masks of a training step, counted from 1: [2]. The layer's index is added to the second seed,
 * whose five low bits are reserved for it: a network has at most 17 layers. Masks repeat after 2²⁷ training steps.
 */
export function maskPosition(seed: number, step: number): Int32Array {
  return Int32Array.of(seed, step << 5);
}

/** Writes a training step into a graph of native TensorFlow. */
export class GraphOps implements TensorOps<GraphTensor> {
  /** @param position - `maskPosition` of the training step. */
  constructor(
    private readonly graph: Graph,
    private readonly position: GraphTensor,
  ) {}

  scalar = (value: number) => this.graph.constant({ type: 'float32', shape: [], values: [value] });
  add = (a: GraphTensor, b: GraphTensor) => this.run('AddV2', a, b);
  multiply = (a: GraphTensor, b: GraphTensor) => this.run('Mul', a, b);
  divide = (a: GraphTensor, b: GraphTensor) => this.run('RealDiv', a, b);
  maximum = (a: GraphTensor, b: GraphTensor) => this.run('Maximum', a, b);
  square = (x: GraphTensor) => this.run('Square', x);
  squareRoot = (x: GraphTensor) => this.run('Sqrt', x);
  isLess = (a: GraphTensor, b: GraphTensor) => this.toFloat(this.run('Less', a, b), bool);
  relu = (x: GraphTensor) => this.run('Relu', x);
  reluGradient = (gradient: GraphTensor, output: GraphTensor) => this.run('ReluGrad', gradient, output);
  addBias = (x: GraphTensor, bias: GraphTensor) => this.run('BiasAdd', x, bias);
  biasGradient = (gradient: GraphTensor) => this.run('BiasAddGrad', gradient);

  sum(x: GraphTensor): GraphTensor {
    const row = this.graph.add('Reshape', [x, this.integers([-1])], { ...float, Tshape: int32 });
    const axis = this.graph.constant({ ...int32, shape: [], values: [0] });
    return this.graph.add('Sum', [row, axis], { ...float, Tidx: int32, keep_dims: { flag: false } });
  }

  matMul(a: GraphTensor, b: GraphTensor, transpose: { a?: boolean; b?: boolean } = {}): GraphTensor {
    return this.graph.add('MatMul', [a, b], {
      ...float,
      transpose_a: { flag: transpose.a ?? false },
      transpose_b: { flag: transpose.b ?? false },
    });
  }

  dropoutMask(x: GraphTensor, rate: number, layer: number): GraphTensor {
    const { graph } = this;
    const size = graph.add('Size', [x], { ...float, out_type: int32 });
    const count = graph.add('Reshape', [size, this.integers([1])], { T: int32, Tshape: int32 });
    const seed = graph.add('AddV2', [this.position, this.integers([0, layer])], { T: int32 });
    // The rate determines how many of the 2¹⁶ values are below the threshold; at least one is kept.
    const below = Math.min(Math.round(rate * 2 ** 16), 2 ** 16 - 1);
    const threshold = graph.constant({ ...int16, shape: [], values: [below - 2 ** 15] });
    const isKept = graph.add('GreaterEqual', [this.randomInt16(count, seed), threshold], { T: int16 });
    const cut = graph.add('Slice', [isKept, this.integers([0]), count], { T: bool, Index: int32 });
    const shape = graph.add('Shape', [x], { ...float, out_type: int32 });
    const kept = graph.add('Reshape', [cut, shape], { T: bool, Tshape: int32 });
    return this.multiply(this.toFloat(kept, bool), this.scalar(2 ** 16 / (2 ** 16 - below)));
  }

  /** `count` values, or one more: two from each 32 random bits, since generating these is the main cost of a mask. */
  private randomInt16(count: GraphTensor, seed: GraphTensor): GraphTensor {
    const { graph } = this;
    const roundedUp = graph.add('AddV2', [count, this.integers([1])], { T: int32 });
    const half = graph.add('FloorDiv', [roundedUp, this.integers([2])], { T: int32 });
    const randomTypes = { dtype: int32, T: int32, Tseed: int32 };
    const bits = graph.add('StatelessRandomUniformFullInt', [half, seed], randomTypes);
    const pairs = graph.add('Bitcast', [bits], { T: int32, type: int16 });
    return graph.add('Reshape', [pairs, this.integers([-1])], { T: int16, Tshape: int32 });
  }

  softmax = (logits: GraphTensor) => this.run('Softmax', logits);

  softmaxCrossEntropy(logits: GraphTensor, labels: GraphTensor) {
    const losses = this.graph.add('SparseSoftmaxCrossEntropyWithLogits', [logits, labels], {
      ...float,
      Tlabels: { type: 'int32' },
    });
    return { losses, gradient: outputOf(losses, 1) };
  }

  countCorrect(logits: GraphTensor, labels: GraphTensor): GraphTensor {
    // In 64 bits: TensorFlow compares 32-bit integers on the CPU, for which a GPU would wait.
    const axis = this.graph.constant({ ...int32, shape: [], values: [1] });
    const predicted = this.graph.add('ArgMax', [logits, axis], { ...float, Tidx: int32, output_type: int64 });
    const truth = this.cast(labels, int32, int64);
    return this.sum(this.toFloat(this.graph.add('Equal', [predicted, truth], { T: int64 }), bool));
  }

  /** u / 255, except for the last bit of float32: TensorFlow may multiply by the reciprocal. */
  toImages(pixels: GraphTensor): GraphTensor {
    return this.divide(this.toFloat(pixels, { type: 'uint8' }), this.scalar(maxPixel));
  }

  /** [values]. */
  private integers(values: readonly number[]): GraphTensor {
    return this.graph.constant({ ...int32, shape: [values.length], values });
  }

  private toFloat(x: GraphTensor, from: { readonly type: DataType }): GraphTensor {
    return this.cast(x, from, { type: 'float32' });
  }

  private cast(
    x: GraphTensor,
    from: { readonly type: DataType },
    to: { readonly type: DataType },
  ): GraphTensor {
    return this.graph.add('Cast', [x], { SrcT: from, DstT: to, Truncate: { flag: false } });
  }

  private run(operation: string, ...inputs: readonly GraphTensor[]): GraphTensor {
    return this.graph.add(operation, inputs, float);
  }
}
