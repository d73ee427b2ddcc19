import { commitInputSchema } from '../../lib/contracts/steps';
import { createLambdaHandler } from '../../lib/pipeline/serve-step';
import { commitPreprocessing } from '../../lib/pipeline/steps/preprocess-commit';

export const handler = createLambdaHandler({
  step: 'preprocess/commit',
  inputSchema: commitInputSchema,
  run: async (input, context) => {
    const { train, test } = await commitPreprocessing(input, context);
    return { trainCount: train.rowCount, testCount: test.rowCount, seconds: context.secondsSoFar() };
  },
});
