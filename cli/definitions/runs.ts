import { type Command, Option } from 'commander';
import type { SourceFlags } from '../choose-store';
import { numberOrText, type RunOrder, runOrders } from '../flag-values';
import type { Terminal } from '../terminal';
import {
  addCommand,
  addExamples,
  cloudOption,
  jsonOption,
  optionalRunIdArgument,
  runIdArgument,
  stackOption,
  storeOption,
} from './options';

interface StoreFlags extends SourceFlags {
  readonly json?: boolean;
}

async function chooseStore(flags: SourceFlags) {
  const module = await import('../choose-store');
  return module.chooseStore(flags);
}

export function defineRuns(program: Command, terminal: Terminal): void {
  const command = addCommand(program, 'runs', 'list the runs of a store, the newest first')
    .addOption(storeOption())
    .addOption(new Option('--sort <column>', 'the best or the newest first').choices(runOrders))
    .addOption(new Option('--limit <count>', 'only the first runs').argParser(numberOrText))
    .addOption(new Option('--trials', 'each trial of a sweep, too'))
    .addOption(cloudOption('list the runs of the deployed pipeline'))
    .addOption(stackOption())
    .addOption(jsonOption());
  addExamples(command, [
    ['mnist-pipeline runs', 'the newest first; of a sweep its winner'],
    ['mnist-pipeline runs --sort accuracy --limit 5', 'the five best'],
  ]);
  command.action(async (flags: StoreFlags & { sort?: RunOrder; limit?: unknown; trials?: boolean }) => {
    const { runsCommand } = await import('../commands/runs');
    const { sort, limit, json = false, trials = false } = flags;
    const store = await chooseStore(flags);
    await runsCommand({ store, isJson: json, order: sort, limit, withTrials: trials }, terminal);
  });
}

export function defineShow(program: Command, terminal: Terminal): void {
  addCommand(program, 'show', 'show the result and the settings of a run')
    .addArgument(runIdArgument())
    .addOption(storeOption())
    .addOption(cloudOption('a run of the deployed pipeline; an unfinished one with its execution'))
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (runId: string, flags: StoreFlags) => {
      const { json = false } = flags;
      if (flags.cloud) {
        const { openDeployedPipeline } = await import('../cloud/open-deployed-pipeline');
        const { showInCloud } = await import('../cloud/show');
        await showInCloud({ runId, isJson: json }, await openDeployedPipeline(flags.stack), terminal);
        return;
      }
      const { showCommand } = await import('../commands/show');
      await showCommand({ store: await chooseStore(flags), isJson: json, runId }, terminal);
    });
}

export function defineOpen(program: Command, terminal: Terminal): void {
  addCommand(
    program,
    'open',
    'open the report of a run in the browser; of an unfinished run, its progress page',
  )
    .addArgument(optionalRunIdArgument('latest'))
    .addOption(storeOption())
    .addOption(cloudOption('a run of the deployed pipeline'))
    .addOption(stackOption())
    .action(async (runId: string | undefined, flags: SourceFlags) => {
      const { openCommand } = await import('../commands/open');
      await openCommand({ store: await chooseStore(flags), runId: runId ?? 'latest' }, terminal);
    });
}
