import { Argument, type Command, Option } from 'commander';
import { type PixelRange, pixelRanges } from '../../lib/contracts/pixel-range';
import type { Terminal } from '../terminal';
import { addCommand, addExamples, jsonOption, modelSourceHelp, quietOption, storeOption } from './options';

interface EvaluateFlags {
  readonly model?: string;
  readonly dataset: string;
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
    .option('--dataset <source>', 'mnist, a folder with four IDX files, or s3://bucket/prefix', 'mnist')
    .addOption(storeOption())
    .addOption(
      new Option(
        '--scale <range>',
        'the pixel values that the model expects (default: 0..1, or 0..255 if it begins with a Rescaling layer)',
      ).choices(pixelRanges),
    )
    .addOption(jsonOption())
    .addOption(quietOption());
  addExamples(command, [
    ['mnist-pipeline evaluate model.keras', 'a model of Keras on the test images of MNIST'],
    ['mnist-pipeline evaluate best --dataset my-digits', 'the best run on your own images'],
  ]);
  command.action(async (argument: string | undefined, flags: EvaluateFlags) => {
    const { dataset, store, scale, json = false } = flags;
    const { chooseArgument } = await import('../choose-argument');
    const { evaluateModelCommand } = await import('../commands/evaluate-model');
    const { openStore } = await import('../../lib/store/open-store');
    const source = chooseArgument({
      argument,
      flag: flags.model,
      flagName: '--model',
      what: modelSourceHelp,
    });
    const request = { source, dataset, store: await openStore(store), scale, isJson: json };
    await evaluateModelCommand(request, terminal);
  });
}
