import { commitInputSchema } from '../../lib/contracts/steps';
import { serveStep } from '../../lib/pipeline/serve-step';
import { commitPreprocessing } from '../../lib/pipeline/steps/preprocess-commit';

export const handler = serveStep({
  step: 'preprocess/commit',
  inputSchema: commitInputSchema,
  run: async (input, context) => {
    const { train, test } = await commitPreprocessing(input, context);
    return { trainCount: train.rowCount, testCount: test.rowCount, seconds: context.secondsSoFar() };
  },
});
