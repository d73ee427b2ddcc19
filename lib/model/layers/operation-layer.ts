import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { CommonArgs, FormatLayer, WeightSlot } from './layer-kind';
import type { Shape } from './settings';

export interface Operation {
  /** @default the input's */
  readonly outputShape?: (inputShape: Shape) => Shape;
  /** @default none */
  readonly weights?: (inputShape: Shape) => readonly WeightSlot[];
  /** Within a `tidy`. */
  readonly compute: (inputs: readonly Tensor[], weights: readonly Tensor[]) => Tensor;
}

type LayerShape = (number | null)[];

/** A layer that TensorFlow.js does not have, or not with all settings. */
export class OperationLayer extends layers.Layer {
  static readonly className = 'Operation';
  private description: FormatLayer | undefined;

  constructor(
    args: CommonArgs,
    private readonly operation: Operation,
  ) {
    super({ ...args });
  }

  /** The model is saved with this description, as Keras has it. */
  describeAs(description: FormatLayer): void {
    this.description = description;
  }

  override getClassName(): string {
    return this.description?.class_name ?? super.getClassName();
  }

  override getConfig() {
    return { ...this.description?.config, ...super.getConfig() } as ReturnType<
      InstanceType<typeof layers.Layer>['getConfig']
    >;
  }

  override build(inputShape: LayerShape | LayerShape[]): void {
    const slots = this.operation.weights?.(withoutBatch(inputShape)) ?? [];
    for (const { name, shape, isState = false } of slots) {
      this.addWeight(name, [...shape], 'float32', initializers.zeros(), undefined, !isState);
    }
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    const shape = withoutBatch(inputShape);
    return [null, ...(this.operation.outputShape?.(shape) ?? shape)];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const weights = this.weights.map((weight) => weight.read());
    return tidy(() => this.operation.compute(Array.isArray(inputs) ? inputs : [inputs], weights));
  }
}

/** Shape of the first input: all inputs of merging layers have equal shapes. */
function withoutBatch(inputShape: LayerShape | LayerShape[]): Shape {
  const [first] = inputShape;
  return (Array.isArray(first) ? first : (inputShape as LayerShape)).slice(1);
}
