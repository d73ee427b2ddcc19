import { preprocessPart } from '../../lib/pipeline/steps/shard';
import { createLambdaHandler } from '../../lib/runtime/create-lambda-handler';

export const handler = createLambdaHandler('shard', async (input, context) => ({
  shardCount: (await preprocessPart(input, context)).shards.length,
  seconds: context.secondsSoFar(),
}));
