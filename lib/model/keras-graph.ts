import { PermanentError } from '../contracts/errors';
import type { KerasLayer } from './keras-layers';
import type { Shape } from './layers/settings';

/** One call of a layer. */
export interface KerasCall {
  /** Position among the layers. */
  readonly layer: number;
  /** Positions among the calls; `modelInput` for the model's input. */
  readonly inputs: readonly number[];
}

/** Stands for the input of the model among the positions of calls. */
export const modelInput = -1;

/** The position of a layer or nested model in the file. */
export type Member =
  | {
      readonly className: string;
      readonly name: string;
      readonly trainable: boolean;
      readonly layer: number;
      /** Settings of the file that change a training, and that the layer here does not have. */
      readonly ignored?: readonly string[];
    }
  | {
      readonly className: string;
      readonly name: string;
      readonly trainable: boolean;
      readonly members: readonly Member[];
    };

/** A network with one input and one output; nested models are flattened. */
export interface KerasGraph {
  readonly name: string;
  readonly inputShape: Shape;
  /** In the order of the file; each name occurs once. */
  readonly layers: readonly KerasLayer[];
  /** In topological order; the last call returns the output. */
  readonly calls: readonly KerasCall[];
  /** The layers as nested in the file, to find their weights. */
  readonly members: readonly Member[];
}

/** Of a layer that is in no nested model. */
export function memberOf({ class_name: className, config }: KerasLayer, layer: number): Member {
  return { className, name: config.name, trainable: config.trainable, layer };
}

/** @throws PermanentError InvalidInput: layers and their weights are found by name. */
export function assertDistinctNames(layers: readonly KerasLayer[], what: string): void {
  const seen = new Set<string>();
  for (const { config } of layers) {
    if (seen.has(config.name)) {
      throw new PermanentError(
        'InvalidInput',
        `${what} has two layers named ${JSON.stringify(config.name)}. Every layer needs a unique name.`,
      );
    }
    seen.add(config.name);
  }
}
