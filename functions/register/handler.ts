import { registerInputSchema } from '../../lib/contracts/steps';
import { createLambdaHandler } from '../../lib/pipeline/serve-step';
import { register } from '../../lib/pipeline/steps/register';

export const handler = createLambdaHandler({
  step: 'register',
  inputSchema: registerInputSchema,
  run: register,
});
