import { preprocessShard } from '../../lib/pipeline/steps/shard';
import { createLambdaHandler } from '../../lib/runtime/create-lambda-handler';

export const handler = createLambdaHandler('shard', async (input, context) => ({
  ...(await preprocessShard(input, context)),
  seconds: context.secondsSoFar(),
}));
