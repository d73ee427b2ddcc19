import type { PlanInput } from '../contracts/steps';
import type { ContentObject } from '../store/content-object';
import type { StepContext } from './step-context';
import { register } from './steps/register';
import { trainAndEvaluate } from './train-and-evaluate';

/**
 * Runs the workflow of the state machine in one process: the same steps in the same order.
 *
 * @param objects - that the configuration names, such as initial weights; the store may not have them yet.
 * @throws any error of a step. QualityGateFailed is thrown after the run is published. config.json is written before
 *   anything else; a dataset that is refused leaves nothing in a store that can remove objects.
 */
export async function runPipeline(
  input: PlanInput,
  context: StepContext,
  objects: readonly ContentObject[] = [],
): Promise<void> {
  await trainAndEvaluate(input, context, { objects });
  await register({ runId: input.runId }, context);
}
