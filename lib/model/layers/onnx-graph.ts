import type { NamedTensor } from '../safetensors';

/** The key is the type, since a float may be a whole number in JavaScript. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly text: string };

export interface OnnxTensor {
  readonly name: string;
  /** As in Keras: the channels last; without the batch. */
  readonly shape: readonly number[];
  /** Whether the channels are the first dimension after the batch in ONNX; only for images with channels. */
  readonly hasChannelsFirst: boolean;
}

/** What the layers add their operators to. ONNX computes images with the channels first, Keras with the channels last. */
export interface OnnxGraph {
  /**
   * @param inputs - names are those of constants.
   * @param shape - of the output, in Keras' order. @default that of the first input
   * @returns the output, with the channels where the first input has them.
   */
  apply(
    operator: string,
    inputs: readonly [OnnxTensor, ...(OnnxTensor | string)[]],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
    shape?: readonly number[],
  ): OnnxTensor;
  /** @returns the name of the constant; a second definition of the name is the first one. */
  define(name: string, shape: readonly number[], values: Float32Array | BigInt64Array): string;
  /** @returns the name of a constant without dimensions. */
  number(value: number): string;
  /** Moves the channels where they are not yet. */
  order(x: OnnxTensor, channels: 'first' | 'last'): OnnxTensor;
}

/** One call of a layer. */
export interface OnnxCall<Config> {
  readonly graph: OnnxGraph;
  readonly config: Config & { readonly name: string };
  readonly inputs: readonly [OnnxTensor, ...OnnxTensor[]];
  /** By their names in the layer; each tensor has the name `<layer>.<weight>`. */
  readonly weights: Readonly<Record<string, NamedTensor>>;
  /** In Keras' order, without the batch. */
  readonly outputShape: readonly number[];
}

export function defineWeight(graph: OnnxGraph, { name, shape, values }: NamedTensor): string {
  return graph.define(name, shape, values);
}
