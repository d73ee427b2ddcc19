import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { cloudAssemblyFolder, projectFolder } from './emulator-process';

const outputsSchema = z.object({
  MnistPipeline: z.object({ StateMachineArn: z.string(), BucketName: z.string() }),
});
export type StackOutputs = z.infer<typeof outputsSchema>['MnistPipeline'];

const cdkTimeoutMilliseconds = 180_000;

/** The CDK's own command line, its output in a file. */
async function runCdk(folder: string, name: string, parameters: readonly string[]): Promise<void> {
  const logFile = join(folder, `cdk-${name}.log`);
  const log = await open(logFile, 'w');
  const cdk = join(projectFolder, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const child = spawn(process.execPath, [cdk, ...parameters, '--no-notices', '--ci'], {
    cwd: projectFolder,
    stdio: ['ignore', log.fd, log.fd],
    timeout: cdkTimeoutMilliseconds,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  await log.close();
  if (code === 0) return;
  const tail = (await readFile(logFile, 'utf8')).split('\n').slice(-25).join('\n');
  throw new Error(`cdk ${parameters.join(' ')} ended with ${code}:\n${tail}`);
}

export async function bootstrap(folder: string): Promise<void> {
  await runCdk(folder, 'bootstrap', ['bootstrap', 'aws://000000000000/us-east-1']);
}

/** `-c removalPolicy=destroy`, so that destroy has everything to take down. */
export async function deploy(folder: string): Promise<StackOutputs> {
  const outputsFile = join(folder, 'outputs.json');
  await runCdk(folder, 'deploy', [
    'deploy',
    '--require-approval=never',
    '-c',
    'removalPolicy=destroy',
    '--output',
    cloudAssemblyFolder,
    '--outputs-file',
    outputsFile,
  ]);
  return outputsSchema.parse(JSON.parse(await readFile(outputsFile, 'utf8'))).MnistPipeline;
}

/** From the assembly that was deployed, without another synth. */
export async function destroy(folder: string): Promise<void> {
  await runCdk(folder, 'destroy', ['destroy', '--force', '--app', cloudAssemblyFolder]);
}

/** What `destroy` has to leave: nothing of the stack's own. */
export async function assertNothingLeft({ BucketName, StateMachineArn }: StackOutputs): Promise<void> {
  const sfn = new SFNClient({});
  const s3 = new S3Client({ forcePathStyle: true });
  const machine = sfn.send(new DescribeStateMachineCommand({ stateMachineArn: StateMachineArn }));
  await assert.rejects(machine, { name: 'StateMachineDoesNotExist' });
  await assert.rejects(s3.send(new HeadBucketCommand({ Bucket: BucketName })), { name: 'NotFound' });
}
