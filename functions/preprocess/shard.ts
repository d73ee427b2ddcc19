import { shardPlanSchema } from '../../lib/contracts/dataset';
import { createLambdaHandler } from '../../lib/pipeline/serve-step';
import { preprocessShard } from '../../lib/pipeline/steps/preprocess-shard';

export const handler = createLambdaHandler({
  step: 'preprocess/shard',
  inputSchema: shardPlanSchema,
  run: async (input, context) => ({
    ...(await preprocessShard(input, context)),
    seconds: context.secondsSoFar(),
  }),
});
