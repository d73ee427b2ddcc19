import { type Graph, type GraphTensor, outputOf } from '../tensorflow/graph';
import type { NodeAttributes } from '../tensorflow/graph-messages';
import type { TensorOps } from './tensor-ops';

const float: NodeAttributes = { T: { type: 'float32' } };

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
    const int32 = { type: 'int32' } as const;
    const flat = this.graph.constant({ ...int32, shape: [1], values: [-1] });
    const row = this.graph.add('Reshape', [x, flat], { ...float, Tshape: int32 });
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
    const int32 = { type: 'int32' } as const;
    const offset = this.graph.constant({ type: 'int32', shape: [2], values: [0, layer] });
    const seed = this.graph.add('AddV2', [this.position, offset], { T: int32 });
    const shape = this.graph.add('Shape', [x], { ...float, out_type: int32 });
    const attributes = { dtype: { type: 'float32' }, T: int32, Tseed: int32 } as const;
    const uniform = this.graph.add('StatelessRandomUniform', [shape, seed], attributes);
    const isKept = this.run('GreaterEqual', uniform, this.scalar(rate));
    return this.multiply(this.toFloat(isKept, 'bool'), this.scalar(1 / (1 - rate)));
  }

  softmaxCrossEntropy(logits: GraphTensor, labels: GraphTensor) {
    const losses = this.graph.add('SparseSoftmaxCrossEntropyWithLogits', [logits, labels], {
      ...float,
      Tlabels: { type: 'int32' },
    });
    return { losses, gradient: outputOf(losses, 1) };
  }

  countCorrect(logits: GraphTensor, labels: GraphTensor): GraphTensor {
    const int32 = { type: 'int32' } as const;
    const axis = this.graph.constant({ type: 'int32', shape: [], values: [1] });
    const predicted = this.graph.add('ArgMax', [logits, axis], { ...float, Tidx: int32, output_type: int32 });
    const isCorrect = this.graph.add('Equal', [predicted, labels], { T: int32 });
    return this.sum(this.toFloat(isCorrect, 'bool'));
  }

  /** A pixel u stands for u / 255. */
  toImages(pixels: GraphTensor): GraphTensor {
    return this.divide(this.toFloat(pixels, 'uint8'), this.scalar(255));
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
