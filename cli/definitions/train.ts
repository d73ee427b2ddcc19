import { Argument, type Command } from 'commander';
import type { TrainFlags } from '../commands/train-from-flags';
import type { Terminal } from '../terminal';
import {
  addCommand,
  addExamples,
  cloudOption,
  computeOption,
  detachOption,
  jsonOption,
  modelSourceHelp,
  quietOption,
  runIdFlag,
  stackOption,
  storeOption,
} from './options';
import { describePresets } from './preset-help';
import { presetOption, settingOptionGroups } from './setting-options';

export function defineTrain(program: Command, terminal: Terminal): void {
  const command = addCommand(
    program,
    'train',
    'prepare the dataset, train, evaluate and report; without options, the default configuration on MNIST',
  )
    .addArgument(
      new Argument(
        '[runId]',
        'an unfinished run to resume ("latest" too), or the name of a new one (default: from the time)',
      ),
    )
    .optionsGroup('Run:')
    .addOption(storeOption())
    .addOption(runIdFlag())
    .option('--config <file>', 'a JSON file with settings, which options override; see "help schema"')
    .addOption(presetOption())
    .option('--from <model>', `start from the weights of ${modelSourceHelp}`);
  const groups = settingOptionGroups();
  for (const { title, options } of groups) {
    command.optionsGroup(title);
    for (const option of options) command.addOption(option);
  }
  command
    .optionsGroup('On AWS:')
    .addOption(cloudOption('start the run in the deployed pipeline instead of on this machine'))
    .addOption(stackOption())
    .addOption(computeOption())
    .addOption(detachOption())
    .optionsGroup('Output:')
    .addOption(jsonOption())
    .addOption(quietOption());
  command.addHelpText('after', `\n${describePresets()}`);
  addExamples(command, [
    ['mnist-pipeline train', 'the default configuration'],
    ['mnist-pipeline train --epochs 3 --hidden 512', 'one hidden layer, three epochs'],
    ['mnist-pipeline train friday', 'resume the unfinished run friday'],
    ['mnist-pipeline train --preset cnn --seed 2', 'a convolutional network'],
    ['mnist-pipeline train --config run.json --seed 2', 'a config file, another seed'],
    ['mnist-pipeline train --cloud --compute cpu', 'on AWS'],
  ]);
  const names = [presetOption(), ...groups.flatMap(({ options }) => options)].map((option) =>
    option.attributeName(),
  );
  command.action(async (runId: string | undefined, flags: TrainFlags) => {
    const values = flags as unknown as Readonly<Record<string, unknown>>;
    const given = names.filter((name) => values[name] !== undefined);
    const settings = Object.fromEntries(given.map((name) => [name, values[name]]));
    const { trainFromFlags } = await import('../commands/train-from-flags');
    await trainFromFlags(runId, settings, flags, terminal);
  });
}
