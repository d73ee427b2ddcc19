import { type Command, Option } from 'commander';
import { PermanentError } from '../../lib/contracts/errors';
import type { Terminal } from '../terminal';

/** With the AWS SDK, so only where a command speaks to AWS. */
async function openDeployedPipeline(stackName: string | undefined) {
  const module = await import('./open-deployed-pipeline');
  return module.openDeployedPipeline(stackName);
}

export const cloudOption = () =>
  new Option('--cloud', 'of the pipeline that is deployed on AWS').default(false).conflicts('store');
export const stackOption = () =>
  new Option('--stack <name>', 'the deployed stack (MnistPipeline, or $MNIST_PIPELINE_STACK)');
const jsonOption = () => new Option('--json', 'print the result as JSON').default(false);
const detachOption = () => new Option('--detach', 'do not follow the run').default(false);
const quietOption = () => new Option('--quiet', 'no progress').default(false);

/** What `train` can be told about the cloud. */
export function addCloudTrainOptions(command: Command): void {
  command
    .addOption(cloudOption())
    .addOption(stackOption())
    .option('--compute <name>', "with --cloud: gpu or cpu (the stack's first)")
    .addOption(detachOption());
}

export interface CloudTrainFlags {
  readonly cloud: boolean;
  readonly stack?: string;
  readonly compute?: string;
  readonly detach: boolean;
  readonly runId?: string;
  readonly json: boolean;
}

/** @param settings - those that were given, by their names in the configuration. */
export async function trainInCloudFromFlags(
  settings: Readonly<Record<string, unknown>>,
  flags: CloudTrainFlags,
  terminal: Terminal,
): Promise<void> {
  const { compute, runId, detach, json } = flags;
  const input = compute === undefined ? settings : { ...settings, compute };
  const { trainInCloud } = await import('./train-in-cloud');
  const cloud = await openDeployedPipeline(flags.stack);
  await trainInCloud({ input, runId, isDetached: detach, isJson: json }, cloud, terminal);
}

/** A flag for AWS must not be passed over silently, when the run is to be a local one. */
export function refuseCloudFlags({ stack, compute, detach }: Partial<CloudTrainFlags>): void {
  const given = { '--stack': stack, '--compute': compute, '--detach': detach || undefined };
  const stray = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (stray === undefined) return;
  throw new PermanentError(
    'InvalidInput',
    `${stray} is about the pipeline on AWS, and this command is about a local store. Add --cloud, or leave ${stray} out.`,
  );
}

interface RunFlags {
  readonly stack?: string;
  readonly json: boolean;
}

/** The commands that only a deployed pipeline has. */
export function addCloudCommands(program: Command, terminal: Terminal): void {
  addFetch(program, terminal);
  const addRunCommand = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument('<runId>')
      .addOption(stackOption())
      .addOption(jsonOption())
      .addOption(quietOption())
      .allowExcessArguments(false);

  addRunCommand('follow', 'watch a run on AWS to its end').action(
    async (runId: string, { stack, json }: RunFlags) => {
      const { followCommand } = await import('./control-run');
      await followCommand({ runId, isJson: json }, await openDeployedPipeline(stack), terminal);
    },
  );
  addRunCommand('stop', 'stop a run on AWS, and its job').action(
    async (runId: string, { stack, json }: RunFlags) => {
      const { stopCommand } = await import('./control-run');
      await stopCommand({ runId, isJson: json }, await openDeployedPipeline(stack), terminal);
    },
  );
  addRunCommand('redrive', 'take a failed or stopped run on AWS up at the step where it ended')
    .addOption(detachOption())
    .action(async (runId: string, { stack, json, detach }: RunFlags & { readonly detach: boolean }) => {
      const { redriveCommand } = await import('./control-run');
      await redriveCommand(
        { runId, isJson: json, isDetached: detach },
        await openDeployedPipeline(stack),
        terminal,
      );
    });
}

interface FetchFlags extends RunFlags {
  readonly to: string;
  readonly store?: string;
  readonly force: boolean;
}

function addFetch(program: Command, terminal: Terminal): void {
  program
    .command('fetch')
    .description("bring a run's model, evaluation and report from AWS; what is there already stays")
    .argument('<runId>')
    .option('--to <folder>', 'where to, a store like any other', 'artifacts')
    .addOption(stackOption())
    .option('--store <location>', "s3://bucket/prefix, instead of the stack's bucket")
    .option('--force', 'take what an unfinished run has so far', false)
    .addOption(jsonOption())
    .addOption(quietOption())
    .allowExcessArguments(false)
    .action(async (runId: string, { stack, store, to, force, json }: FetchFlags) => {
      const { fetchCommand } = await import('./fetch');
      const { openStore } = await import('../../lib/store/open-store');
      const from = store === undefined ? (await openDeployedPipeline(stack)).store : await openStore(store);
      await fetchCommand({ runId, from, toFolder: to, isForced: force, isJson: json }, terminal);
    });
}
