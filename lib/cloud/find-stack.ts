import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import { decodeText, parseOrThrow } from '../contracts/parse';

/** The stack's name in cdk/app.ts. */
export const defaultStackName = 'MnistPipeline';
/** `npm run deploy` writes it to the current folder. */
const defaultOutputsFile = 'cdk-outputs.json';

const stateMachineArnSchema = z
  .string()
  .regex(
    /^arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:stateMachine:[A-Za-z0-9_-]{1,80}$/,
    'the ARN of a state machine is expected, such as arn:aws:states:eu-central-1:123456789012:stateMachine:Name',
  );
const bucketNameSchema = z.string().min(3);

/** The stack's outputs, as cdk/training-pipeline-stack.ts names them. */
const stackOutputsSchema = z.object({
  StateMachineArn: stateMachineArnSchema,
  /** Stacks of earlier versions have no sweeps. */
  SweepStateMachineArn: stateMachineArnSchema.optional(),
  BucketName: bucketNameSchema,
});

/** Environment variables; each overrides the file. */
const locationEnvSchema = z.object({
  MNIST_PIPELINE_STACK: z.string().min(1).optional(),
  MNIST_PIPELINE_OUTPUTS: z.string().min(1).optional(),
  MNIST_PIPELINE_STATE_MACHINE_ARN: stateMachineArnSchema.optional(),
  MNIST_PIPELINE_SWEEP_STATE_MACHINE_ARN: stateMachineArnSchema.optional(),
  MNIST_PIPELINE_BUCKET: bucketNameSchema.optional(),
});

/** Where a deployed pipeline is. */
export interface StackLocation {
  readonly name: string;
  readonly stateMachineArn: string;
  /** `undefined` for a stack that was deployed before it had sweeps. */
  readonly sweepStateMachineArn?: string | undefined;
  readonly bucketName: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/**
 * Finds a deployed stack without a request to AWS: in the outputs file of its deployment, or in the environment.
 *
 * @param name - @default MNIST_PIPELINE_STACK, or `MnistPipeline`
 * @throws PermanentError InvalidInput when there is no such file, or no such stack in it.
 */
export async function findStack(
  name: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<StackLocation> {
  const env = parseOrThrow(locationEnvSchema, environment, 'The environment');
  const stackName = name ?? env.MNIST_PIPELINE_STACK ?? defaultStackName;
  const given = {
    StateMachineArn: env.MNIST_PIPELINE_STATE_MACHINE_ARN,
    SweepStateMachineArn: env.MNIST_PIPELINE_SWEEP_STATE_MACHINE_ARN,
    BucketName: env.MNIST_PIPELINE_BUCKET,
  };
  const { StateMachineArn, BucketName, ...others } =
    given.StateMachineArn !== undefined && given.BucketName !== undefined
      ? { ...given, StateMachineArn: given.StateMachineArn, BucketName: given.BucketName }
      : {
          ...(await readOutputs(env.MNIST_PIPELINE_OUTPUTS ?? defaultOutputsFile, stackName)),
          ...defined(given),
        };
  const [, , , region, account] = StateMachineArn.split(':') as [string, string, string, string, string];
  return {
    name: stackName,
    stateMachineArn: StateMachineArn,
    sweepStateMachineArn: others.SweepStateMachineArn,
    bucketName: BucketName,
    region,
    account,
  };
}

function defined<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<Values>;
}

async function readOutputs(path: string, stackName: string): Promise<z.infer<typeof stackOutputsSchema>> {
  const what = `The outputs file ${JSON.stringify(path)}`;
  const refuse = (problem: string, cause?: unknown) =>
    new PermanentError('InvalidInput', problem, { evidence: { path, stackName }, cause });
  let text: string;
  try {
    text = decodeText(await readFile(path));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw refuse(
      `The stack "${stackName}" cannot be found: ${what} cannot be read (${code ?? cause}). Deploy it with "npm run deploy", which writes the file; or run this command in the folder that has it, set MNIST_PIPELINE_OUTPUTS to its path, or set MNIST_PIPELINE_STATE_MACHINE_ARN and MNIST_PIPELINE_BUCKET.`,
      cause,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse(
      `${what} is not JSON: ${(cause as Error).message}. "npm run deploy" writes it again.`,
      cause,
    );
  }
  const stacks = parseOrThrow(z.record(z.string(), z.unknown()), value, what);
  const outputs = stacks[stackName];
  if (outputs === undefined) {
    const known = Object.keys(stacks).join('", "');
    throw refuse(
      `${what} has no stack "${stackName}"; it has ${known === '' ? 'none' : `"${known}"`}. Give one of them with --stack, or deploy with "npm run deploy".`,
    );
  }
  return parseOrThrow(stackOutputsSchema, outputs, `The stack "${stackName}" in ${what}`);
}
