import type { PlanInput } from '../contracts/steps';
import { startRasterizer } from '../report/rasterize';
import type { ContentObject } from '../store/content-object';
import { ownRunResources, prepareRun, type RunResources } from './prepare-run';
import type { StepContext } from './step-context';
import { evaluate } from './steps/evaluate';
import { train } from './steps/train';

export interface RunOptions {
  /** That the configuration names. @default - they are in the store */
  readonly objects?: readonly ContentObject[];
  /** @default - the run opens its own */
  readonly resources?: RunResources;
  /** See `trainInputSchema`. */
  readonly pauseAfterEpoch?: number | undefined;
}

/**
 * The steps of a run up to its evaluation, in this process. A paused run is neither evaluated nor published.
 *
 * @throws any error of a step.
 */
export async function trainAndEvaluate(
  input: PlanInput,
  context: StepContext,
  { objects = [], resources = ownRunResources, pauseAfterEpoch }: RunOptions = {},
): Promise<'paused' | 'finished'> {
  const { runId } = input;
  const [{ plan, engine }, preprocessSeconds] = await timed(context, () =>
    prepareRun(input, context, objects, resources),
  );
  const pointers = { runId, dataset: plan.dataset, contentKey: plan.contentKey };
  startRasterizer();
  const trained = await train(
    { ...pointers, ...(pauseAfterEpoch !== undefined && { pauseAfterEpoch }) },
    context,
    resources,
    engine,
  );
  if (trained.pausedAfterEpoch !== undefined) return 'paused';
  const phases = [
    { name: 'preprocess' as const, seconds: preprocessSeconds },
    { name: 'train' as const, seconds: trained.seconds },
  ];
  await evaluate({ ...pointers, phases }, context, trained);
  return 'finished';
}

async function timed<Result>({ now }: StepContext, work: () => Promise<Result>): Promise<[Result, number]> {
  const startedAt = now().getTime();
  const result = await work();
  return [result, Math.max(0, now().getTime() - startedAt) / 1000];
}
