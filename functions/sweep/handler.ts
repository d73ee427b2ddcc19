import { planEnvSchema } from '../../lib/contracts/env';
import { parseOrThrow } from '../../lib/contracts/parse';
import { decideRound } from '../../lib/pipeline/sweep/decide-round';
import { createLambdaHandler } from '../../lib/runtime/create-lambda-handler';

export const handler = createLambdaHandler('sweep', async (input, context) => {
  const env = parseOrThrow(planEnvSchema, process.env, 'The environment of sweep');
  const deployment = { computes: env.COMPUTES, gpuHourUsd: env.GPU_HOUR_USD };
  return decideRound({ sweepId: context.runId, ...input }, deployment, context);
});
