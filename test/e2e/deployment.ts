import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { findAdded, type Inventory, takeInventory } from './account-inventory';
import { cloudAssemblyFolder, projectFolder } from './emulator-process';

const outputsSchema = z.object({
  MnistPipeline: z.object({
    StateMachineArn: z.string(),
    SweepStateMachineArn: z.string(),
    BucketName: z.string(),
    TopicArn: z.string(),
  }),
});
export type StackOutputs = z.infer<typeof outputsSchema>['MnistPipeline'];

/** It takes a minute on an idle machine, and up to ten times as long on a busy one. */
const cdkTimeoutMilliseconds = 600_000;

/** Runs the CDK command line, with its output in a file. */
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

/** With GPUs and the dashboard, so that these are deployed and destroyed too. */
const settings = { computes: 'cpu,gpu', removalPolicy: 'destroy', dashboard: 'true' };

/** @param changes - settings that differ in this deployment. */
export async function deploy(
  folder: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<StackOutputs> {
  const outputsFile = join(folder, 'outputs.json');
  const context = Object.entries({ ...settings, ...changes }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  await runCdk(folder, `deploy${Object.keys(changes).join('-')}`, [
    'deploy',
    '--require-approval=never',
    ...context,
    '--output',
    cloudAssemblyFolder,
    '--outputs-file',
    outputsFile,
  ]);
  return outputsSchema.parse(JSON.parse(await readFile(outputsFile, 'utf8'))).MnistPipeline;
}

/** Destroys the deployed assembly, without another synth. */
export async function destroy(folder: string): Promise<void> {
  await runCdk(folder, 'destroy', ['destroy', '--force', '--app', cloudAssemblyFolder]);
}

/** What an account must list after a deployment. It shows if the inventory misses a kind. */
const deployedKinds = [
  'alarms',
  'buckets',
  'compute environments',
  'dashboards',
  'endpoints',
  'event rules',
  'functions',
  'instance profiles',
  'internet gateways',
  'job definitions',
  'job queues',
  'launch templates',
  'log groups',
  'networks',
  'roles',
  'route tables',
  'security groups',
  'stacks',
  'state machines',
  'subnets',
  'topics',
];

/** Also checks that nothing is billed by the hour. */
export async function assertDeployed(before: Inventory): Promise<void> {
  assert.deepEqual(Object.keys(findAdded(before, await takeInventory())).sort(), deployedKinds);
}

/** @param before - the account before the deployment, which only has the resources of `cdk bootstrap`. */
export async function assertNothingLeft(before: Inventory): Promise<void> {
  assert.deepEqual(findAdded(before, await takeInventory()), {});
}
