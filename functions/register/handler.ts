import { register } from '../../lib/pipeline/steps/register';
import { createLambdaHandler } from '../../lib/runtime/create-lambda-handler';

export const handler = createLambdaHandler('register', register);
