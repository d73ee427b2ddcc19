import { PipelineError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { type CheckpointHeader, checkpointHeaderSchema } from '../contracts/results';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../model/safetensors';
import type { ObjectStore } from '../store/object-store';
import type { StateLayout, TrainingState, WeightState } from './training-state';

/** The run and dataset content of the checkpoints; a run does not resume from those of other content. */
export interface CheckpointOwner {
  readonly runId: string;
  readonly contentKey: string;
}

const slots = [0, 1] as const;

/**
 * Stores a training's state in two slots, written alternately. A slot is one object, so it is complete or unchanged after
 * a crash. If one slot is damaged later, the other remains.
 */
export class Checkpoints {
  #nextSlot: 0 | 1 = 0;

  constructor(
    private readonly store: ObjectStore,
    private readonly owner: CheckpointOwner,
    private readonly layout: StateLayout,
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

  private encode({
    step,
    weights,
    totals,
    epochSeconds,
    history,
    best,
    windowRows,
  }: TrainingState): Uint8Array {
    const tensors = this.layout.flatMap(({ shape, tensors: names }, index) =>
      names.map((name) => ({ name: `${index}.${name}`, shape, values: weights[index]![name]! })),
    );
    const bestTensors = (best ?? []).map((values, index) => ({
      name: `best.${index}`,
      shape: this.layout[index]!.shape,
      values,
    }));
    const header: CheckpointHeader = {
      schemaVersion: 1,
      ...this.owner,
      step,
      totals,
      epochSeconds,
      history: [...history],
      hasBestWeights: best !== undefined,
      ...(windowRows !== undefined && { windowRows }),
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
    const { step, totals, epochSeconds, history, windowRows } = header;
    const weights = this.layout.map(
      ({ shape, tensors: names }, index): WeightState =>
        Object.fromEntries(names.map((name) => [name, take(`${index}.${name}`, shape)])),
    );
    const best = header.hasBestWeights
      ? this.layout.map(({ shape }, index) => take(`best.${index}`, shape))
      : undefined;
    return { step, weights, totals, epochSeconds, history, best, windowRows };
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
