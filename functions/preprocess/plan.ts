import { join } from 'node:path';
import type { Compute } from '../../lib/contracts/compute';
import { planEnvSchema } from '../../lib/contracts/env';
import { PermanentError } from '../../lib/contracts/errors';
import { type ExecutionPlan, executionInputSchema } from '../../lib/contracts/execution';
import { parseOrThrow } from '../../lib/contracts/parse';
import type { RunConfig } from '../../lib/contracts/run-config';
import { limitTrainingSeconds } from '../../lib/pipeline/cost';
import { createLambdaHandler } from '../../lib/pipeline/serve-step';
import { planPreprocessing } from '../../lib/pipeline/steps/preprocess-plan';

// The bundle carries the four files of MNIST beside this file.
process.env['MNIST_DATA_FOLDER'] ??= join(__dirname, 'mnist-data');

export const handler = createLambdaHandler({
  step: 'preprocess/plan',
  inputSchema: executionInputSchema,
  run: async ({ compute: wanted, ...config }, context): Promise<ExecutionPlan> => {
    const { COMPUTES, GPU_HOUR_USD } = parseOrThrow(
      planEnvSchema,
      process.env,
      'The environment of preprocess/plan',
    );
    const compute = chooseCompute(wanted, COMPUTES);
    const planInput = { runId: context.runId, config: { ...config, device: chooseDevice(config, compute) } };
    return {
      ...(await planPreprocessing(planInput, context)),
      compute,
      trainingSecondsLimit: limitTrainingSeconds(config.maxCostUsd, compute, GPU_HOUR_USD),
      seconds: context.secondsSoFar(),
    };
  },
});

function chooseCompute(wanted: Compute | undefined, deployed: readonly Compute[]): Compute {
  const compute = wanted ?? deployed[0]!;
  if (deployed.includes(compute)) return compute;
  throw new PermanentError(
    'InvalidInput',
    `The execution asks for compute "${compute}", and this stack has only "${deployed.join('", "')}". Leave "compute" out, or deploy with -c computes=cpu,gpu.`,
    { evidence: { compute } },
  );
}

/** On a GPU instance the CPU would look like success and cost like a GPU: `gpu` fails where there is none. */
function chooseDevice({ device }: RunConfig, compute: Compute): RunConfig['device'] {
  return compute === 'gpu' && device === 'auto' ? 'gpu' : device;
}
