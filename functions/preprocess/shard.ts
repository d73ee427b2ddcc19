import { shardPlanSchema } from '../../lib/contracts/dataset';
import { serveStep } from '../../lib/pipeline/serve-step';
import { preprocessShard } from '../../lib/pipeline/steps/preprocess-shard';

export const handler = serveStep({
  step: 'preprocess/shard',
  inputSchema: shardPlanSchema,
  run: async (input, context) => ({
    ...(await preprocessShard(input, context)),
    seconds: context.secondsSoFar(),
  }),
});
