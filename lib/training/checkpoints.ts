import { PipelineError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { type CheckpointHeader, checkpointHeaderSchema } from '../contracts/results';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../model/safetensors';
import type { ObjectStore } from '../store/object-store';
import type { LayerWeights, MlpLayers } from './mlp-layers';
import { type ParameterValues, parameterShapes, type TrainingState } from './training-state';

/** Whose checkpoints, and of what: those of another dataset's content are not taken up. */
export interface CheckpointOwner {
  readonly runId: string;
  readonly contentKey: string;
}

const slots = [0, 1] as const;
const tensorKinds = ['value', 'firstMoment', 'secondMoment'] as const;

/**
 * Keeps a training's state in two slots, written in turn. A slot is one object, so it is whole or the one before; and
 * should it be damaged later, the other is there.
 */
export class Checkpoints {
  #nextSlot: 0 | 1 = 0;

  constructor(
    private readonly store: ObjectStore,
    private readonly owner: CheckpointOwner,
    private readonly stack: MlpLayers,
  ) {}

  async save(state: TrainingState): Promise<void> {
    const slot = this.#nextSlot;
    await this.store.put(objectKeys.checkpoint(this.owner.runId, slot), this.encode(state));
    this.#nextSlot = slot === 0 ? 1 : 0;
  }

  /**
   * The newest checkpoint that can be trusted, if there is one.
   *
   * @param say - told of each one that cannot.
   */
  async restore(say: (message: string) => void): Promise<TrainingState | undefined> {
    let newest: TrainingState | undefined;
    for (const slot of slots) {
      const state = await this.read(slot, say);
      if (state === undefined || state.step <= (newest?.step ?? 0)) continue;
      newest = state;
      this.#nextSlot = slot === 0 ? 1 : 0;
    }
    return newest;
  }

  private async read(slot: 0 | 1, say: (message: string) => void): Promise<TrainingState | undefined> {
    const key = objectKeys.checkpoint(this.owner.runId, slot);
    if ((await this.store.head(key)) === undefined) return undefined;
    try {
      return this.decode(await this.store.get(key));
    } catch (error) {
      // A store that fails is no damaged checkpoint.
      if (error instanceof PipelineError && error.name !== 'CorruptArtifact') throw error;
      say(`The checkpoint ${key} cannot be used, and is left out: ${(error as Error).message}`);
      return undefined;
    }
  }

  private encode({ step, parameters, totals, epochSeconds, history, best }: TrainingState): Uint8Array {
    const shapes = parameterShapes(this.stack);
    const tensors = parameters.flatMap((values, index) =>
      tensorKinds.map((kind) => ({ name: `${index}.${kind}`, shape: shapes[index]!, values: values[kind] })),
    );
    const bestTensors = (best ?? []).flatMap(({ kernel, bias }, layer) => [
      { name: `best.${2 * layer}`, shape: shapes[2 * layer]!, values: kernel },
      { name: `best.${2 * layer + 1}`, shape: shapes[2 * layer + 1]!, values: bias },
    ]);
    const header: CheckpointHeader = {
      schemaVersion: 1,
      ...this.owner,
      step,
      totals,
      epochSeconds,
      history: [...history],
      hasBestWeights: best !== undefined,
    };
    const metadata = { checkpoint: JSON.stringify(checkpointHeaderSchema.parse(header)) };
    return encodeSafetensors({ tensors: [...tensors, ...bestTensors], metadata });
  }

  private decode(bytes: Uint8Array): TrainingState {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const header = checkpointHeaderSchema.parse(JSON.parse(metadata['checkpoint'] ?? 'null'));
    const { runId, contentKey } = this.owner;
    if (header.runId !== runId || header.contentKey !== contentKey) {
      throw new Error(`it belongs to run ${header.runId} on content ${header.contentKey}`);
    }
    const take = takeByName(tensors);
    const shapes = parameterShapes(this.stack);
    const { step, totals, epochSeconds, history } = header;
    const parameters = shapes.map((shape, index): ParameterValues => {
      const [value, firstMoment, secondMoment] = tensorKinds.map((kind) => take(`${index}.${kind}`, shape));
      return { value: value!, firstMoment: firstMoment!, secondMoment: secondMoment! };
    });
    const takeBest = (layer: number): LayerWeights => ({
      kernel: take(`best.${2 * layer}`, shapes[2 * layer]!),
      bias: take(`best.${2 * layer + 1}`, shapes[2 * layer + 1]!),
    });
    const best = header.hasBestWeights ? this.stack.map((_, layer) => takeBest(layer)) : undefined;
    return { step, parameters, totals, epochSeconds, history, best };
  }
}

function takeByName(tensors: readonly NamedTensor[]) {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return (name: string, shape: readonly number[]): Float32Array => {
    const tensor = byName.get(name);
    if (String(tensor?.shape) === String(shape)) return tensor!.values;
    throw new Error(`its tensor "${name}" has the shape [${tensor?.shape}] instead of [${shape}]`);
  };
}
