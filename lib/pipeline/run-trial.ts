import { datasetSettingsSchema } from '../contracts/dataset-settings';
import type { RunConfig } from '../contracts/run-config';
import { nameValidationData } from '../contracts/validation-data';
import { imageBytes, imageMemory } from '../dataset/image-memory';
import { heldImageBytes } from '../training/batches/shuffle-window';
import { openTrainingImages, type TrainingImages } from '../training/batches/training-images';
import { chooseEngine } from '../training/choose-engine';
import type { TrainingEngine } from '../training/training-engine';
import { holdTrial } from './hold-work';
import type { RunResources } from './prepare-run';
import type { StepContext } from './step-context';
import { type PlannedDataset, planPreprocessing } from './steps/plan';
import { trainAndEvaluate } from './train-and-evaluate';

const datasetSettingNames = datasetSettingsSchema.keyof().options;

export interface TrialRun {
  readonly runId: string;
  readonly config: RunConfig;
  /** @default - the trial is trained to its end */
  readonly pauseAfterEpoch?: number | undefined;
}

/**
 * Trains a trial until its pause or its end; a finished one is evaluated and published. A trial that was paused, or
 * interrupted, continues from its checkpoint. Nothing is registered, and the quality gate is left to the caller.
 *
 * @throws any error of a step; RunExists for a trial that is finished.
 */
export function runTrial(
  { runId, config, pauseAfterEpoch }: TrialRun,
  shared: SharedTraining,
  context: StepContext,
): Promise<'paused' | 'finished'> {
  return trainAndEvaluate({ runId, config }, context, { resources: shared, pauseAfterEpoch });
}

/**
 * What the trials of a process share: the plan of their dataset, its images in memory, the engine. Trials follow each
 * other. Images of several datasets and divisions are kept while they fit the memory for images together.
 */
export class SharedTraining implements RunResources {
  readonly #plans = new Map<string, PlannedDataset>();
  readonly #engines = new Map<string, TrainingEngine>();
  /** Least recently used first. */
  readonly #images = new Map<string, TrainingImages>();

  readonly holdRun = holdTrial;

  constructor(private readonly context: StepContext) {}

  /** Plans again until the store has everything, so that whatever it lacks is made. */
  readonly planDataset: RunResources['planDataset'] = async (settings) => {
    const key = JSON.stringify(datasetSettingNames.map((name) => settings[name]));
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const planned = await planPreprocessing(settings, this.context);
    if (planned.isPrepared && planned.missingFiles.length === 0) this.#plans.set(key, planned);
    return planned;
  };

  readonly openEngine: RunResources['openEngine'] = async (wanted, log, signal) => {
    const key = `${wanted.engine} ${wanted.device}`;
    const opened = this.#engines.get(key);
    const engine = opened ?? (await chooseEngine(wanted, log, signal));
    this.#engines.set(key, engine);
    // The evaluation of another trial may have changed the backend of TensorFlow.js.
    if (opened !== undefined) await engine.use();
    return engine;
  };

  readonly openImages: RunResources['openImages'] = async (store, manifest, settings, windowRows) => {
    if (windowRows !== undefined) return openTrainingImages(store, manifest, settings, windowRows);
    const key = `${manifest.contentKey} ${nameValidationData(settings)}`;
    const known = this.#images.get(key);
    this.#images.delete(key);
    if (known === undefined) this.makeRoom(heldImageBytes(manifest, undefined));
    const images = known ?? (await openTrainingImages(store, manifest, settings, undefined));
    this.#images.set(key, images);
    return images;
  };

  /** Releases the images. */
  async close(): Promise<void> {
    this.#images.clear();
  }

  private makeRoom(bytes: number): void {
    const held = () => [...this.#images.values()].reduce((sum, images) => sum + bytesOf(images), 0);
    for (const key of this.#images.keys()) if (held() + bytes > imageMemory()) this.#images.delete(key);
  }
}

function bytesOf({ trainImages, validationImages, testImages }: TrainingImages): number {
  return [...new Set([trainImages, validationImages, testImages])].reduce(
    (sum, images) => sum + imageBytes(images),
    0,
  );
}
