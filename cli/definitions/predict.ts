import { Argument, type Command } from 'commander';
import type { Terminal } from '../terminal';
import { addCommand, addExamples, jsonOption, modelNameOption, runIdFlag, storeOption } from './options';

interface PredictFlags {
  readonly store: string;
  readonly json?: boolean;
  readonly runId?: string;
  readonly modelName?: string;
  readonly invert?: boolean;
  readonly raw?: boolean;
}

export function definePredict(program: Command, terminal: Terminal): void {
  const command = addCommand(
    program,
    'predict',
    'classify images of digits: PNG, JPEG, WebP, BMP or GIF of any size',
  )
    .addArgument(
      new Argument(
        '<images...>',
        'files and folders; each digit is found, scaled and centered as on the try-it page',
      ),
    )
    .optionsGroup('Model:')
    .addOption(storeOption())
    .addOption(runIdFlag('the model of this run: an id, "latest" or "best"'))
    .addOption(modelNameOption())
    .optionsGroup('Image:')
    .option('--invert', 'a dark digit on a light background, whatever its border shows')
    .option('--no-invert', 'a light digit on a dark background')
    .option('--raw', "pass the image to the model unchanged: of the model's input size, light on dark")
    .optionsGroup('Output:')
    .addOption(jsonOption());
  addExamples(command, [
    ['mnist-pipeline predict digit.jpg', 'the latest registered model'],
    ['mnist-pipeline predict scans/ --run-id best --json', 'every image of a folder'],
  ]);
  command.action(async (images: string[], flags: PredictFlags) => {
    const { predictCommand } = await import('../commands/predict');
    const { openStore } = await import('../../lib/store/open-store');
    await predictCommand(
      {
        store: await openStore(flags.store),
        isJson: flags.json ?? false,
        images,
        runId: flags.runId,
        modelName: flags.modelName,
        isInverted: flags.invert,
        isRaw: flags.raw ?? false,
      },
      terminal,
    );
  });
}
