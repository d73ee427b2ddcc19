import { Argument, type Command } from 'commander';
import type { Terminal } from '../terminal';
import {
  addCommand,
  detachOption,
  jsonOption,
  quietOption,
  runIdArgument,
  runIdHelp,
  stackOption,
} from './options';

/** Loads the AWS SDK, so only where a command needs AWS. */
async function openDeployedPipeline(stackName: string | undefined) {
  const module = await import('../cloud/open-deployed-pipeline');
  return module.openDeployedPipeline(stackName);
}

interface RunFlags {
  readonly stack?: string;
  readonly json?: boolean;
}

function addRunCommand(program: Command, name: string, description: string): Command {
  return addCommand(program, name, description)
    .addArgument(new Argument('<runId>', `${runIdHelp}; or a sweep id`))
    .addOption(stackOption())
    .addOption(jsonOption())
    .addOption(quietOption());
}

export function defineFollow(program: Command, terminal: Terminal): void {
  addRunCommand(program, 'follow', 'follow a run or a sweep on AWS to its end')
    .option('--open', 'open the progress page in the browser, updated after each epoch; of a sweep its page')
    .action(async (runId: string, { stack, json = false, open = false }: RunFlags & { open?: boolean }) => {
      const { followCommand } = await import('../cloud/control-run');
      const cloud = await openDeployedPipeline(stack);
      await followCommand({ runId, isJson: json, isOpened: open }, cloud, terminal);
    });
}

export function defineStop(program: Command, terminal: Terminal): void {
  addRunCommand(program, 'stop', 'stop a run or a sweep on AWS, and its jobs').action(
    async (runId: string, { stack, json = false }: RunFlags) => {
      const { stopCommand } = await import('../cloud/control-run');
      await stopCommand({ runId, isJson: json }, await openDeployedPipeline(stack), terminal);
    },
  );
}

export function defineRedrive(program: Command, terminal: Terminal): void {
  addRunCommand(
    program,
    'redrive',
    'resume a failed or stopped run or sweep on AWS at the step where it ended',
  )
    .addOption(detachOption())
    .action(
      async (runId: string, { stack, json = false, detach = false }: RunFlags & { detach?: boolean }) => {
        const { redriveCommand } = await import('../cloud/control-run');
        const cloud = await openDeployedPipeline(stack);
        await redriveCommand({ runId, isJson: json, isDetached: detach }, cloud, terminal);
      },
    );
}

interface FetchFlags extends RunFlags {
  readonly to: string;
  readonly store?: string;
  readonly force?: boolean;
}

export function defineFetch(program: Command, terminal: Terminal): void {
  addCommand(program, 'fetch', "download a run's model, evaluation and report from AWS; identical files stay")
    .addArgument(runIdArgument())
    .option('--to <folder>', 'the target, which becomes a store', 'artifacts')
    .addOption(stackOption())
    .option('--store <location>', "s3://bucket/prefix, instead of the stack's bucket")
    .option('--force', 'fetch the files of an unfinished run too')
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (runId: string, { stack, store, to, force = false, json = false }: FetchFlags) => {
      const { fetchCommand } = await import('../cloud/fetch');
      const { openStore } = await import('../../lib/store/open-store');
      const from = store === undefined ? (await openDeployedPipeline(stack)).store : await openStore(store);
      await fetchCommand({ runId, from, toFolder: to, isForced: force, isJson: json }, terminal);
    });
}
