import type { DatasetPlan } from '../contracts/dataset';
import { datasetPlanSchema } from '../contracts/dataset';
import { objectKeys } from '../contracts/object-keys';
import type { PlanInput, PlanOutput } from '../contracts/steps';
import { getJson } from '../store/json-objects';
import { reserveRun } from './start-run';
import type { StepContext } from './step-context';
import { evaluate } from './steps/evaluate';
import { commitPreprocessing } from './steps/preprocess-commit';
import { planPreprocessing } from './steps/preprocess-plan';
import { preprocessShard } from './steps/preprocess-shard';
import { register } from './steps/register';
import { train } from './steps/train';

/**
 * The workflow of the state machine in one process: the same steps in the same order.
 *
 * @throws whatever a step throws; QualityGateFailed comes after the run is published.
 */
export async function runPipeline(input: PlanInput, context: StepContext): Promise<void> {
  const { runId } = input;
  await reserveRun(input, context);
  const [plan, preprocessSeconds] = await timed(context, () => preprocess(input, context));
  const pointers = { runId, dataset: plan.dataset, contentKey: plan.contentKey };
  const { seconds: trainSeconds } = await train(pointers, context);
  await evaluate(
    {
      ...pointers,
      phases: [
        { name: 'preprocess', seconds: preprocessSeconds },
        { name: 'train', seconds: trainSeconds },
      ],
    },
    context,
  );
  await register({ runId }, context);
}

async function preprocess(input: PlanInput, context: StepContext): Promise<PlanOutput> {
  const plan = await planPreprocessing(input, context);
  context.notify({ type: 'note', message: plan.reason });
  if (plan.isPrepared) return plan;
  const { shards } = await readPlan(plan, context);
  for (const shard of shards) await preprocessShard(shard, context);
  await commitPreprocessing({ dataset: plan.dataset, contentKey: plan.contentKey }, context);
  return plan;
}

function readPlan({ dataset, contentKey }: PlanOutput, { store }: StepContext): Promise<DatasetPlan> {
  return getJson(store, objectKeys.plan(dataset, contentKey), datasetPlanSchema);
}

async function timed<Result>({ now }: StepContext, work: () => Promise<Result>): Promise<[Result, number]> {
  const startedAt = now().getTime();
  const result = await work();
  return [result, Math.max(0, now().getTime() - startedAt) / 1000];
}
