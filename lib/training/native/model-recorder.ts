import { ones, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { maxPixel } from '../../dataset/pixels';
import type { EagerBackend } from '../../tensorflow/eager-binding';
import type { Graph, GraphTensor, Placeholder } from '../../tensorflow/graph';
import { GraphRecorder } from '../../tensorflow/graph-recorder';
import { cast } from './native-masks';

const float = { type: 'float32' } as const;

/** Records into a graph what a model computes from batches of bytes. */
export class ModelRecorder {
  /** uint8, [batch, pixels]. */
  readonly pixels: Placeholder;
  readonly #recorder: GraphRecorder;
  readonly #inputShape: readonly number[];
  #place = 'The model';

  /** @param model - on the native backend, which must be in use. */
  constructor(
    backend: EagerBackend,
    private readonly graph: Graph,
    private readonly model: LayersModel,
  ) {
    this.#inputShape = model.inputs[0]!.shape.slice(1) as number[];
    this.pixels = graph.placeholder('uint8', [-1, this.#inputShape.reduce((a, b) => a * b, 1)]);
    this.#recorder = new GraphRecorder(backend, graph, () => this.#place);
    for (const layer of model.layers) {
      layer.setCallHook(() => {
        this.#place = `The layer "${layer.name}"`;
      });
    }
  }

  /**
   * @param work - may return nodes, but no tensors.
   * @throws PermanentError InvalidInput as `GraphRecorder.record` does.
   */
  record<Result>(work: () => Result): Result {
    let result: { readonly of: Result } | undefined;
    this.#recorder.record(() =>
      tidy(() => {
        result = { of: work() };
      }),
    );
    return result!.of;
  }

  bind(tensor: Tensor, node: GraphTensor): void {
    this.#recorder.bind(tensor, node);
  }

  nodeOf(tensor: Tensor): GraphTensor {
    return this.#recorder.nodeOf(tensor);
  }

  /** A tensor of this shape whose values the node computes. */
  standIn(shape: readonly number[], node: GraphTensor): Tensor {
    const tensor = ones([...shape]);
    this.bind(tensor, node);
    return tensor;
  }

  /** @param nodes - in the order of the model's weights. */
  bindWeights(nodes: readonly GraphTensor[]): void {
    for (const [index, weight] of this.model.weights.entries()) this.bind(weight.read(), nodes[index]!);
  }

  /** The bytes of a batch as the input of the model: u / 255, except for the last bit of float32. */
  images(size: number): Tensor {
    const { graph } = this;
    const shape = [size, ...this.#inputShape];
    const whole = graph.constant({ ...float, shape: [], values: [maxPixel] });
    const images = graph.add('RealDiv', [cast(graph, this.pixels, 'uint8', 'float32'), whole], { T: float });
    const sizes = graph.constant({ type: 'int32', shape: [shape.length], values: shape });
    const shaped = graph.add('Reshape', [images, sizes], { T: float, Tshape: { type: 'int32' } });
    return this.standIn(shape, shaped);
  }
}
