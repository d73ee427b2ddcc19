import { type Graph, type GraphTensor, outputOf } from '../tensorflow/graph';
import type { NodeAttributes } from '../tensorflow/graph-messages';
import type { TensorOps } from './tensor-ops';

const float: NodeAttributes = { T: { type: 'float32' } };
const int32 = { type: 'int32' } as const;
const int16 = { type: 'int16' } as const;

/** What names the dropout masks of a step, from 1: [2]. A layer's number is added to the second one. */
export function maskPosition(seed: number, step: number): Int32Array {
  return Int32Array.of(seed, step << 5);
}

/** Writes a training step into a graph of native TensorFlow. */
export class GraphOps implements TensorOps<GraphTensor> {
  /** @param position - of the step, `maskPosition`. */
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
  isLess = (a: GraphTensor, b: GraphTensor) => this.toFloat(this.run('Less', a, b), 'bool');
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
    const seed = this.graph.add('AddV2', [this.position, this.integers([0, layer])], { T: int32 });
    // Of the 2¹⁶ values, as many as the rate says lie below; one at least is kept.
    const below = Math.min(Math.round(rate * 2 ** 16), 2 ** 16 - 1);
    const threshold = this.graph.constant({ ...int16, shape: [], values: [below - 2 ** 15] });
    const isKept = this.graph.add('GreaterEqual', [this.randomInt16(x, seed), threshold], { T: int16 });
    return this.multiply(this.toFloat(isKept, 'bool'), this.scalar(1 / (1 - rate)));
  }

  /** As x is shaped. Two of them from each 32 random bits, since drawing those is most of what a mask costs. */
  private randomInt16(x: GraphTensor, seed: GraphTensor): GraphTensor {
    const { graph } = this;
    const size = graph.add('Size', [x], { ...float, out_type: int32 });
    const count = graph.add('Reshape', [size, this.integers([1])], { T: int32, Tshape: int32 });
    const roundedUp = graph.add('AddV2', [count, this.integers([1])], { T: int32 });
    const half = graph.add('FloorDiv', [roundedUp, this.integers([2])], { T: int32 });
    const randomTypes = { dtype: int32, T: int32, Tseed: int32 };
    const bits = graph.add('StatelessRandomUniformFullInt', [half, seed], randomTypes);
    const pairs = graph.add('Bitcast', [bits], { T: int32, type: int16 });
    const row = graph.add('Reshape', [pairs, this.integers([-1])], { T: int16, Tshape: int32 });
    const values = graph.add('Slice', [row, this.integers([0]), count], { T: int16, Index: int32 });
    const shape = graph.add('Shape', [x], { ...float, out_type: int32 });
    return graph.add('Reshape', [values, shape], { T: int16, Tshape: int32 });
  }

  softmaxCrossEntropy(logits: GraphTensor, labels: GraphTensor) {
    const losses = this.graph.add('SparseSoftmaxCrossEntropyWithLogits', [logits, labels], {
      ...float,
      Tlabels: { type: 'int32' },
    });
    return { losses, gradient: outputOf(losses, 1) };
  }

  countCorrect(logits: GraphTensor, labels: GraphTensor): GraphTensor {
    const axis = this.graph.constant({ type: 'int32', shape: [], values: [1] });
    const predicted = this.graph.add('ArgMax', [logits, axis], { ...float, Tidx: int32, output_type: int32 });
    const isCorrect = this.graph.add('Equal', [predicted, labels], { T: int32 });
    return this.sum(this.toFloat(isCorrect, 'bool'));
  }

  /** A pixel u stands for u / 255. */
  toImages(pixels: GraphTensor): GraphTensor {
    return this.divide(this.toFloat(pixels, 'uint8'), this.scalar(255));
  }

  /** [values]. */
  private integers(values: readonly number[]): GraphTensor {
    return this.graph.constant({ ...int32, shape: [values.length], values });
  }

  private toFloat(x: GraphTensor, from: 'bool' | 'uint8'): GraphTensor {
    const attributes = {
      SrcT: { type: from },
      DstT: { type: 'float32' },
      Truncate: { flag: false },
    } as const;
    return this.graph.add('Cast', [x], attributes);
  }

  private run(operation: string, ...inputs: readonly GraphTensor[]): GraphTensor {
    return this.graph.add(operation, inputs, float);
  }
}
