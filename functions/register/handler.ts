import { registerInputSchema } from '../../lib/contracts/steps';
import { serveStep } from '../../lib/pipeline/serve-step';
import { register } from '../../lib/pipeline/steps/register';

export const handler = serveStep({ step: 'register', inputSchema: registerInputSchema, run: register });
