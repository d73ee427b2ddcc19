import { PipelineError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { type CheckpointHeader, checkpointHeaderSchema } from '../contracts/results';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../model/safetensors';
import type { ObjectStore } from '../store/object-store';
import type { LayerWeights, MlpLayers } from './mlp-layers';
import { type ParameterValues, parameterShapes, type TrainingState } from './training-state';

/** The run and dataset content of the checkpoints; a run does not resume from those of other content. */
export interface CheckpointOwner {
  readonly runId: string;
  readonly contentKey: string;
}

const slots = [0, 1] as const;
const tensorKinds = ['value', 'firstMoment', 'secondMoment'] as const;

/**
 * Stores a training's state in two slots, written alternately. A slot is one object, so it is complete or unchanged after
 * a crash. If one slot is damaged later, the other remains.
 */
export class Checkpoints {
  #nextSlot: 0 | 1 = 0;

  constructor(
    private readonly store: ObjectStore,
    private readonly owner: CheckpointOwner,
    private readonly layers: MlpLayers,
  ) {}

  async save(state: TrainingState): Promise<void> {
    const slot = this.#nextSlot;
    await this.store.put(objectKeys.checkpoint(this.owner.runId, slot), this.encode(state));
    this.#nextSlot = slot === 0 ? 1 : 0;
  }

  /**
   * The newest valid checkpoint, if there is one.
   *
   * @param log - gets a message for each invalid one.
   */
  async restore(log: (message: string) => void): Promise<TrainingState | undefined> {
    let newest: TrainingState | undefined;
    for (const slot of slots) {
      const state = await this.read(slot, log);
      if (state === undefined || state.step <= (newest?.step ?? 0)) continue;
      newest = state;
      this.#nextSlot = slot === 0 ? 1 : 0;
    }
    return newest;
  }

  private async read(slot: 0 | 1, log: (message: string) => void): Promise<TrainingState | undefined> {
    const key = objectKeys.checkpoint(this.owner.runId, slot);
    if ((await this.store.head(key)) === undefined) return undefined;
    try {
      return this.decode(await this.store.get(key));
    } catch (error) {
      // The failure of a store does not mean that the checkpoint is damaged.
      if (error instanceof PipelineError && error.name !== 'CorruptArtifact') throw error;
      log(`The checkpoint ${key} cannot be used and is ignored: ${(error as Error).message}`);
      return undefined;
    }
  }

  private encode({ step, parameters, totals, epochSeconds, history, best }: TrainingState): Uint8Array {
    const shapes = parameterShapes(this.layers);
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
    const shapes = parameterShapes(this.layers);
    const { step, totals, epochSeconds, history } = header;
    const parameters = shapes.map((shape, index): ParameterValues => {
      const [value, firstMoment, secondMoment] = tensorKinds.map((kind) => take(`${index}.${kind}`, shape));
      return { value: value!, firstMoment: firstMoment!, secondMoment: secondMoment! };
    });
    const takeBest = (layer: number): LayerWeights => ({
      kernel: take(`best.${2 * layer}`, shapes[2 * layer]!),
      bias: take(`best.${2 * layer + 1}`, shapes[2 * layer + 1]!),
    });
    const best = header.hasBestWeights ? this.layers.map((_, layer) => takeBest(layer)) : undefined;
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
