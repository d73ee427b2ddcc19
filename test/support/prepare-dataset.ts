import { type DatasetManifest, datasetPlanSchema } from '../../lib/contracts/dataset';
import { objectKeys } from '../../lib/contracts/object-keys';
import { type RunConfig, runConfigSchema } from '../../lib/contracts/run-config';
import { admitRun } from '../../lib/pipeline/admit-run';
import type { PipelineEvent, StepContext } from '../../lib/pipeline/step-context';
import { commitPreprocessing } from '../../lib/pipeline/steps/commit';
import { preprocessPart } from '../../lib/pipeline/steps/shard';
import { getJson } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';

export interface RecordingContext extends StepContext {
  /** The arguments of `notify`, in order. */
  readonly events: PipelineEvent[];
  readonly controller: AbortController;
}

export function createStepContext(store: ObjectStore): RecordingContext {
  const events: PipelineEvent[] = [];
  const controller = new AbortController();
  const now = () => new Date('2026-01-02T03:04:05Z');
  return { store, events, controller, now, notify: (event) => events.push(event), signal: controller.signal };
}

/** Starts the run "test-run". */
export const planDataset = (
  dataset: string,
  context: StepContext,
  settings: Partial<RunConfig> = {},
  runId = 'test-run',
) => admitRun({ runId, config: runConfigSchema.parse({ dataset, ...settings }) }, context);

export const readPlan = (pointer: { dataset: string; contentKey: string }, { store }: StepContext) =>
  getJson(store, objectKeys.plan(pointer.dataset, pointer.contentKey), datasetPlanSchema);

/** Runs all three preprocessing steps, even if the dataset is already prepared. */
export async function prepareDataset(
  dataset: string,
  context: StepContext,
  settings?: Partial<RunConfig>,
  runId?: string,
): Promise<DatasetManifest> {
  const { contentKey, dataset: name } = await planDataset(dataset, context, settings, runId);
  const { parts } = await readPlan({ dataset: name, contentKey }, context);
  for (const part of parts) await preprocessPart(part, context);
  return commitPreprocessing({ dataset: name, contentKey }, context);
}
