import { Argument, type Command, Option } from 'commander';
import type { SweepFlags } from '../commands/sweep-from-flags';
import { numberOrText } from '../flag-values';
import type { Terminal } from '../terminal';
import { addCommand, addExamples, jsonOption, quietOption, storeOption } from './options';
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
    .addOption(countOption('--max-parallel <count>', 'trials side by side, each in a process (default: 1)'))
    .addOption(countOption('--max-failed <count>', 'trials that may fail (default: 0)'))
    .addOption(storeOption())
    .option('--config <file>', 'a JSON file with settings of all trials, which options override')
    .addOption(presetOption());
  const groups = sweptSettingGroups();
  for (const { title, options } of groups) {
    command.optionsGroup(title);
    for (const option of options) command.addOption(option);
  }
  command.optionsGroup('Output:').addOption(jsonOption()).addOption(quietOption());
  addExamples(command, [
    ['mnist-pipeline sweep space.json --trials 24 --stop halving', 'the best third goes on, twice'],
    ['mnist-pipeline sweep --folds 5', 'cross-validation of the default configuration'],
    ['mnist-pipeline sweep --sweep-id friday', 'go on with an unfinished sweep'],
    ['mnist-pipeline sweep --sweep-id friday --extend 12', 'twelve trials more'],
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
    .addOption(jsonOption())
    .action(
      async (sweepId: string | undefined, { store, json = false }: { store: string; json?: boolean }) => {
        const { showSweepCommand } = await import('../commands/show-sweep');
        const { openStore } = await import('../../lib/store/open-store');
        await showSweepCommand({ store: await openStore(store), isJson: json, sweepId }, terminal);
      },
    );
}
