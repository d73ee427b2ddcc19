import { findAccessKeyId } from '../../lib/cloud/sfn-executions';
import { PipelineError } from '../../lib/contracts/errors';
import type { Finding } from '../finding';
import { openDeployedPipeline } from './open-deployed-pipeline';

/** Checks the access to AWS: the credentials, and the stack that was deployed from this folder. */
export async function inspectAws(): Promise<readonly Finding[]> {
  return [await inspectCredentials(), await inspectStack()];
}

async function inspectCredentials(): Promise<Finding> {
  const accessKeyId = await findAccessKeyId();
  const name = 'AWS credentials';
  if (accessKeyId !== undefined) return { name, isReady: true, detail: `access key ${accessKeyId}` };
  return {
    name,
    isReady: false,
    detail: 'none; needed only for the pipeline on AWS',
    remedy: 'sign in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  };
}

async function inspectStack(): Promise<Finding> {
  const name = 'AWS stack';
  try {
    const { stack, executions } = await openDeployedPipeline(undefined);
    await executions.check();
    return { name, isReady: true, detail: `${stack.name} in account ${stack.account}, ${stack.region}` };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return { name, isReady: false, detail: 'none found', remedy: error.message };
  }
}
