import type { DatasetPlan } from '../contracts/dataset';
import { type ErrorName, PermanentError, type PipelineError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import type { PlanInput, PlanOutput } from '../contracts/steps';
import { forEachConcurrently } from '../dataset/for-each-concurrently';
import { type ContentObject, storeContent } from '../store/content-object';
import { canRemove } from '../store/object-store';
import type { TrainingEngine } from '../training/training-engine';
import { admitRun } from './admit-run';
import { holdDataset, holdRun } from './hold-work';
import type { StepContext } from './step-context';
import { commitPreprocessing } from './steps/commit';
import { comparePrepared, type PlannedDataset, planPreprocessing, restorePlan } from './steps/plan';
import { preprocessPart } from './steps/shard';
import { type StartedRun, takeBackStart } from './take-back-start';
import { findTrainingNeeds } from './training-needs';
import { ownResources, type TrainingResources } from './training-resources';

/** Each part has one shard at a time, which takes up to 75 MiB and is compressed on another thread. */
const partsAtOnce = 2;
/** Errors of a dataset, which the same command meets again. */
const refusals: readonly ErrorName[] = ['InvalidDataset', 'InvalidInput'];

/** What a run opens beside its store. */
export interface RunResources extends TrainingResources {
  readonly planDataset: typeof planPreprocessing;
  readonly holdRun: typeof holdRun;
}

export const ownRunResources: RunResources = { ...ownResources, planDataset: planPreprocessing, holdRun };

export interface RunStart {
  /** That the configuration names; the store may not have them yet. */
  readonly objects: readonly ContentObject[];
  readonly resources: RunResources;
  /** Called when nothing but the run id is left that can refuse the run, and nothing is written. */
  readonly hold: () => Promise<void>;
}

export interface PreparedRun {
  readonly plan: PlanOutput;
  /** If the run's configuration names it. */
  readonly engine: TrainingEngine | undefined;
}

/**
 * Admits the run and makes the shards of its dataset: the steps plan, shard and commit.
 *
 * @throws any error of these steps. config.json is written before anything else; a dataset that is refused leaves nothing
 *   in a store that can remove objects.
 */
export async function prepareRun(
  input: PlanInput,
  context: StepContext,
  { objects, resources, hold }: RunStart,
): Promise<PreparedRun> {
  let engine: TrainingEngine | undefined;
  let planned: PlannedDataset | undefined;
  const isNew = (await context.store.head(objectKeys.config(input.runId))) === undefined;
  const plan = await admitRun(input, context, {
    objects,
    planDataset: async (...dataset) => (planned = await resources.planDataset(...dataset)),
    assertTrainable: async (found, network) => {
      engine = await findTrainingNeeds(input, { ...found, network }, objects, context, resources);
      await hold();
    },
  });
  context.notify({ type: 'note', message: plan.reason });
  if (!plan.isPrepared) await prepareDataset({ ...plan, isNew }, planned!, context);
  // Only now: a start may be refused until here, and leaves nothing.
  await storeContent(context.store, objects);
  return { plan, engine };
}

/** Of processes that need the same shards, one makes them. A run whose wait is interrupted has begun, and is resumed. */
async function prepareDataset(
  started: StartedRun,
  planned: PlannedDataset,
  context: StepContext,
): Promise<void> {
  const release = await holdDataset(started, context);
  try {
    await restorePlan(planned, context);
    const { isPrepared, reason } = await comparePrepared(context.store, planned.plan);
    if (isPrepared) context.notify({ type: 'note', message: reason });
    else await makeShards(planned.plan, context);
  } catch (error) {
    await refuseStart(error, started, context);
  } finally {
    await release();
  }
}

async function makeShards(plan: DatasetPlan, context: StepContext): Promise<void> {
  const { parts, shardCount: count } = plan;
  const reportShards = (done: number) => context.notify({ type: 'shards-progress', done, count });
  let done = 0;
  reportShards(done);
  await forEachConcurrently(parts, partsAtOnce, async (part) => {
    done += (await preprocessPart(part, context)).shards.length;
    reportShards(done);
  });
  await commitPreprocessing({ dataset: plan.dataset, contentKey: plan.contentKey }, context);
}

/** A dataset that only the workers can refuse leaves as little as one that the plan refuses. */
async function refuseStart(
  error: unknown,
  started: StartedRun,
  { store, notify }: StepContext,
): Promise<never> {
  const isRefusal = error instanceof PermanentError && refusals.includes(error.name);
  if (!isRefusal || !canRemove(store)) throw error;
  await takeBackStart(started, store).catch((failure: PipelineError) => {
    // The refusal is what has to be fixed.
    const message = `Files of the refused start stay in ${store.location}: ${failure.message}`;
    notify({ type: 'note', message });
  });
  throw error;
}
