import { PermanentError } from '../contracts/errors';
import type { NamedTensor } from '../model/safetensors';
import type { ExportableLayer, ExportableModel, ExportedActivation } from './exportable-model';
import { encodeModel, encodeNode, encodeTensor, encodeValueInfo, type OnnxAttribute } from './onnx-messages';

/** Opset 17 and IR 8 were published in 2022, and every current runtime supports them. */
const version = { irVersion: 8, opset: 17, producer: 'mnist-pipeline' };
/** The names of input and output. */
export const onnxInput = 'images';
export const onnxOutput = 'probabilities';

/** An inference graph, `images` [batch, …] to `probabilities` [batch, classes]; without dropout. */
export async function writeOnnx(model: ExportableModel): Promise<Uint8Array> {
  const graph = new OnnxGraph(model.inputShape.length);
  for (const layer of model.layers) addLayer(graph, layer);
  return encodeModel(
    model.name,
    [
      ...graph.finish(),
      encodeValueInfo('input', onnxInput, model.inputShape),
      encodeValueInfo('output', onnxOutput, model.outputShape),
    ],
    { ...version, ...describeForOnnx(model) },
  );
}

/** Independent of the run, so that equal models give equal bytes. */
function describeForOnnx({ inputShape, outputShape }: ExportableModel) {
  const classes = outputShape.at(-1)!;
  return {
    description: `Classifies gray images of ${inputShape.join('×')} pixels into ${classes} classes.`,
    metadata: {
      classes: Array.from({ length: classes }, (_, label) => label).join(','),
      input: `${onnxInput}: float32 [batch, ${inputShape.join(', ')}], gray values divided by 255; 0 is the background`,
      output: `${onnxOutput}: float32 [batch, ${classes}], the probability of each class`,
    },
  };
}

/** A chain of operators, each with the output of the previous one as its input. */
class OnnxGraph {
  private readonly parts: Uint8Array[] = [];
  private current = onnxInput;
  private count = 0;
  /** ONNX has channels first, Keras last; they are moved only where necessary. */
  private hasChannelsFirst = false;

  constructor(
    /** Number of dimensions of the current array, without the batch. */
    public rank: number,
  ) {}

  apply(
    operator: string,
    constants: readonly string[] = [],
    attributes: Record<string, OnnxAttribute> = {},
  ): void {
    this.count += 1;
    const output = `${operator}_${this.count}`;
    this.parts.push(encodeNode(operator, [this.current, ...constants], output, attributes));
    this.current = output;
  }

  /** @returns the name, to pass as a constant of an operator. */
  define(name: string, shape: readonly number[], values: Float32Array | BigInt64Array): string {
    this.parts.push(encodeTensor(name, shape, values));
    return name;
  }

  moveChannels(to: 'first' | 'last'): void {
    if (this.rank !== 3 || this.hasChannelsFirst === (to === 'first')) return;
    this.apply('Transpose', [], { perm: { ints: to === 'first' ? [0, 3, 1, 2] : [0, 2, 3, 1] } });
    this.hasChannelsFirst = to === 'first';
  }

  finish(): Uint8Array[] {
    this.moveChannels('last');
    return [...this.parts, encodeNode('Identity', [this.current], onnxOutput, {})];
  }
}

function addLayer(graph: OnnxGraph, { layer, weights }: ExportableLayer): void {
  const { name } = layer.config;
  const define = ({ name: weight, shape, values }: NamedTensor) =>
    graph.define(`${name}.${weight}`, shape, values);
  switch (layer.class_name) {
    case 'Dropout':
      return;
    case 'Activation':
      addActivation(graph, layer.config.activation);
      return;
    case 'Flatten':
      graph.moveChannels('last');
      graph.apply('Flatten', [], { axis: { int: 1 } });
      graph.rank = 1;
      return;
    case 'Reshape': {
      if (layer.config.target_shape.includes(-1))
        throw unsupported(name, 'a target shape with -1', 'one with all its sizes');
      graph.moveChannels('last');
      const shape = BigInt64Array.from([-1, ...layer.config.target_shape].map(BigInt));
      graph.apply('Reshape', [graph.define(`${name}.shape`, [shape.length], shape)]);
      graph.rank = layer.config.target_shape.length;
      return;
    }
    case 'Dense':
      if (graph.rank !== 1)
        throw unsupported(name, `an input of ${graph.rank} dimensions`, 'a Flatten before it');
      graph.apply('Gemm', weights.map(define));
      addActivation(graph, layer.config.activation);
      return;
    case 'Conv2D': {
      const [kernel, ...bias] = weights;
      graph.moveChannels('first');
      graph.apply('Conv', [toFiltersFirst(kernel!), ...bias].map(define), {
        kernel_shape: { ints: layer.config.kernel_size },
        dilations: { ints: layer.config.dilation_rate },
        ...spread(layer.config.strides, layer.config.padding),
      });
      addActivation(graph, layer.config.activation);
      return;
    }
    case 'MaxPooling2D':
      graph.moveChannels('first');
      graph.apply('MaxPool', [], {
        kernel_shape: { ints: layer.config.pool_size },
        ...spread(layer.config.strides ?? layer.config.pool_size, layer.config.padding),
      });
      return;
    case 'BatchNormalization':
      if (![-1, graph.rank].includes(layer.config.axis))
        throw unsupported(name, `axis ${layer.config.axis}`, 'the last axis, -1');
      if (!layer.config.center || !layer.config.scale)
        throw unsupported(name, 'no center or no scale', 'a layer with both');
      graph.moveChannels('first');
      graph.apply('BatchNormalization', weights.map(define), { epsilon: { float: layer.config.epsilon } });
  }
}

function unsupported(name: string, received: string, allowed: string): PermanentError {
  return new PermanentError(
    'InvalidInput',
    `The layer ${JSON.stringify(name)} has ${received}, which is not exported to ONNX. Allowed is ${allowed}.`,
  );
}

function spread(strides: readonly number[], padding: 'valid' | 'same') {
  return {
    strides: { ints: strides },
    auto_pad: { text: padding === 'same' ? 'SAME_UPPER' : 'VALID' },
  };
}

const activationOperators = { relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh' } as const;

function addActivation(graph: OnnxGraph, activation: ExportedActivation): void {
  if (activation === 'linear') return;
  if (activation !== 'softmax') {
    graph.apply(activationOperators[activation]);
    return;
  }
  // Over the last axis, which has the channels in Keras.
  graph.moveChannels('last');
  graph.apply('Softmax', [], { axis: { int: -1 } });
}

/** [height, width, inputs, filters] to [filters, inputs, height, width]. */
function toFiltersFirst({ name, shape, values }: NamedTensor): NamedTensor {
  const [height, width, inputs, filters] = shape as [number, number, number, number];
  const moved = new Float32Array(values.length);
  const pixels = height * width;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    for (let input = 0; input < inputs; input += 1) {
      for (let filter = 0; filter < filters; filter += 1) {
        moved[(filter * inputs + input) * pixels + pixel] =
          values[(pixel * inputs + input) * filters + filter]!;
      }
    }
  }
  return { name, shape: [filters, inputs, height, width], values: moved };
}
