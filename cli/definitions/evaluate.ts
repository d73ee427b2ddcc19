import { Argument, type Command, Option } from 'commander';
import { type PixelRange, pixelRanges } from '../../lib/contracts/pixel-range';
import type { Terminal } from '../terminal';
import { addCommand, addExamples, jsonOption, modelSourceHelp, quietOption, storeOption } from './options';
import { datasetOptions } from './setting-options';

interface EvaluateFlags extends Readonly<Record<string, unknown>> {
  readonly model?: string;
  readonly store: string;
  readonly scale?: PixelRange;
  readonly json?: boolean;
}

export function defineEvaluate(program: Command, terminal: Terminal): void {
  const command = addCommand(
    program,
    'evaluate',
    'measure a model on the test images of a dataset; nothing is stored',
  )
    .addArgument(new Argument('[model]', `required: ${modelSourceHelp}`))
    .option('--model <model>', 'the same as the argument')
    .option(
      '--dataset <source>',
      'a built-in dataset, a file, a folder, or s3://bucket/prefix (default: that of the run; for a file mnist)',
    )
    .addOption(storeOption())
    .addOption(
      new Option(
        '--scale <range>',
        'the pixel values that the model expects (default: 0..1, or 0..255 if it begins with a Rescaling layer)',
      ).choices(pixelRanges),
    )
    .addOption(jsonOption())
    .addOption(quietOption())
    .optionsGroup('Data, as for train (default for the dataset of a run: the settings of the run):');
  for (const option of evaluated()) command.addOption(option);
  addExamples(command, [
    ['mnist-pipeline evaluate model.keras', 'a model of Keras on the test images of MNIST'],
    ['mnist-pipeline evaluate best --dataset my-digits', 'the best run on your own images'],
    ['mnist-pipeline evaluate model.keras --dataset scans --invert', 'dark digits on white paper'],
  ]);
  command.action(async (argument: string | undefined, flags: EvaluateFlags) => {
    const { model, store, scale, json = false, quiet, ...settings } = flags;
    const { chooseArgument } = await import('../choose-argument');
    const { evaluateModelCommand } = await import('../commands/evaluate-model');
    const { openStore } = await import('../../lib/store/open-store');
    const source = chooseArgument({
      argument,
      flag: model,
      flagName: '--model',
      what: modelSourceHelp,
    });
    const request = { source, settings, store: await openStore(store), scale, isJson: json };
    await evaluateModelCommand(request, terminal);
  });
}

/** The model decides the number of classes, and nothing is trained. */
const evaluated = () =>
  datasetOptions().filter((option) => !['classes', 'dropDuplicates'].includes(option.attributeName()));
