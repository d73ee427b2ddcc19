import { commitPreprocessing } from '../../lib/pipeline/steps/commit';
import { createLambdaHandler } from '../../lib/runtime/create-lambda-handler';

export const handler = createLambdaHandler('commit', async (input, context) => {
  const { train, test } = await commitPreprocessing(input, context);
  return { trainCount: train.rowCount, testCount: test.rowCount, seconds: context.secondsSoFar() };
});
