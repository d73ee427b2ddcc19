import type { PlanInput } from '../contracts/steps';
import { startRasterizer } from '../report/rasterize';
import type { ContentObject } from '../store/content-object';
import type { Release } from '../store/object-store';
import { ownRunResources, prepareRun, type RunResources, type RunStart } from './prepare-run';
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
  options: RunOptions = {},
): Promise<'paused' | 'finished'> {
  const { resources = ownRunResources } = options;
  let release: Release = async () => {};
  const hold = async () => {
    release = await resources.holdRun(input.runId, context);
  };
  try {
    return await runSteps(input, context, { ...options, objects: options.objects ?? [], resources, hold });
  } finally {
    await release();
  }
}

async function runSteps(
  input: PlanInput,
  context: StepContext,
  { pauseAfterEpoch, ...start }: RunStart & Pick<RunOptions, 'pauseAfterEpoch'>,
): Promise<'paused' | 'finished'> {
  const { runId } = input;
  const [{ plan, engine }, preprocessSeconds] = await timed(context, () => prepareRun(input, context, start));
  const pointers = { runId, dataset: plan.dataset, contentKey: plan.contentKey };
  startRasterizer();
  const trained = await train(
    { ...pointers, ...(pauseAfterEpoch !== undefined && { pauseAfterEpoch }) },
    context,
    start.resources,
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
