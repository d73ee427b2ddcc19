import { Argument, type Command, Option } from 'commander';
import type { SourceFlags } from '../choose-store';
import type { SweepFlags } from '../commands/sweep-from-flags';
import { numberOrText } from '../flag-values';
import type { Terminal } from '../terminal';
import {
  addCommand,
  addExamples,
  cloudOption,
  computeOption,
  detachOption,
  jsonOption,
  quietOption,
  stackOption,
  storeOption,
} from './options';
import { presetOption, sweptSettingGroups } from './setting-options';

const countOption = (flags: string, description: string) =>
  new Option(flags, description).argParser(numberOrText);

export function defineSweep(program: Command, terminal: Terminal): void {
  const command = addCommand(
    program,
    'sweep',
    'train many runs of one space of settings, and test the best of them',
  )
    // What follows "show" is for it.
    .enablePositionalOptions()
    .helpCommand(false)
    .addArgument(new Argument('[file]', 'the space: a JSON file; see docs/sweeps.md'))
    .optionsGroup('Sweep:')
    .option(
      '--sweep-id <name>',
      'of an unfinished sweep: goes on with it; else its name (default: from the time)',
    )
    .addOption(countOption('--trials <count>', 'runs of the space (default: all points with --sampler grid)'))
    .addOption(countOption('--extend <count>', 'with --sweep-id: adds so many trials'))
    .addOption(countOption('--folds <count>', 'instead of a space: cross-validation with so many folds'))
    .addOption(countOption('--seeds <count>', 'instead of a space: the same settings with so many seeds'))
    .addOption(
      new Option(
        '--sampler <name>',
        'how trials are drawn: grid, random, sobol or tpe (default: tpe)',
      ).choices(['grid', 'random', 'sobol', 'tpe']),
    )
    .addOption(countOption('--sampler-seed <integer>', 'seeds the drawing (default: 1)'))
    .addOption(
      new Option('--stop <rule>', 'which trials end early: none, median or halving (default: none)').choices([
        'none',
        'median',
        'halving',
      ]),
    )
    .addOption(
      new Option(
        '--metric <name>',
        'what is best: validation-loss or validation-accuracy (default: validation-loss)',
      ).choices(['validation-loss', 'validation-accuracy']),
    )
    .addOption(
      countOption(
        '--max-parallel <count>',
        'trials side by side (default: 1 here, each in a process; 10 on AWS)',
      ),
    )
    .addOption(countOption('--max-failed <count>', 'trials that may fail (default: 0)'))
    .addOption(storeOption())
    .option('--config <file>', 'a JSON file with settings of all trials, which options override')
    .addOption(presetOption());
  const groups = sweptSettingGroups();
  for (const { title, options } of groups) {
    command.optionsGroup(title);
    for (const option of options) command.addOption(option);
  }
  command
    .optionsGroup('On AWS:')
    .addOption(cloudOption('run the sweep in the deployed pipeline instead of on this machine'))
    .addOption(stackOption())
    .addOption(computeOption())
    .addOption(detachOption('sweep'))
    .addOption(
      countOption('--max-cost-usd <dollars>', 'for all trials together; 0 sets no limit (default: 0)'),
    )
    .optionsGroup('Output:')
    .addOption(jsonOption())
    .addOption(quietOption());
  addExamples(command, [
    ['mnist-pipeline sweep space.json --trials 24 --stop halving', 'the best third goes on, twice'],
    ['mnist-pipeline sweep --folds 5', 'cross-validation of the default configuration'],
    ['mnist-pipeline sweep --sweep-id friday', 'go on with an unfinished sweep'],
    ['mnist-pipeline sweep --sweep-id friday --extend 12', 'twelve trials more'],
    [
      'mnist-pipeline sweep space.json --trials 50 --cloud --max-cost-usd 2',
      'on AWS, for two dollars at most',
    ],
    ['mnist-pipeline sweep show', 'the table of the newest sweep'],
  ]);
  const names = [presetOption(), ...groups.flatMap(({ options }) => options)].map((option) =>
    option.attributeName(),
  );
  command.action(async (file: string | undefined, flags: SweepFlags) => {
    const values = flags as unknown as Readonly<Record<string, unknown>>;
    const given = names.filter((name) => values[name] !== undefined);
    const settings = Object.fromEntries(given.map((name) => [name, values[name]]));
    const { sweepFromFlags } = await import('../commands/sweep-from-flags');
    await sweepFromFlags(file, settings, flags, terminal);
  });
  defineSweepShow(command, terminal);
}

function defineSweepShow(sweep: Command, terminal: Terminal): void {
  addCommand(sweep, 'show', 'show the table of a sweep, and write its page')
    .addArgument(new Argument('[sweepId]', 'the id of a sweep (default: the newest)'))
    .addOption(storeOption())
    .addOption(cloudOption('a sweep of the deployed pipeline; an unfinished one with its execution'))
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (sweepId: string | undefined, flags: SourceFlags & { readonly json?: boolean }) => {
      const isJson = flags.json ?? false;
      if (flags.cloud) {
        const { openDeployedPipeline } = await import('../cloud/open-deployed-pipeline');
        const { showSweepInCloud } = await import('../cloud/sweeps/show-sweep');
        await showSweepInCloud({ sweepId, isJson }, await openDeployedPipeline(flags.stack), terminal);
        return;
      }
      const { showSweepCommand } = await import('../commands/show-sweep');
      const { chooseStore } = await import('../choose-store');
      await showSweepCommand({ store: await chooseStore(flags), isJson, sweepId }, terminal);
    });
}
