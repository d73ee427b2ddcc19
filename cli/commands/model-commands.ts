import { type Command, Option } from 'commander';
import { type PixelRange, pixelRanges } from '../../lib/contracts/pixel-range';
import { modelSourceHelp, numberOrText } from '../flag-values';
import type { Terminal } from '../terminal';
import type { ServeFlags } from './serve';

async function openStore(location: string) {
  const module = await import('../../lib/store/open-store');
  return module.openStore(location);
}

export function addCompare(program: Command, terminal: Terminal): void {
  program
    .command('compare')
    .description('set finished runs side by side: figures, curves, settings, the test images that changed')
    .argument('<runIds...>', '2 to 30 run ids; the first is the baseline')
    .addOption(new Option('--store <location>', 'a folder, or s3://bucket/prefix').default('artifacts'))
    .option('--to <file>', 'where to write the page', 'compare.html')
    .option('--json', 'print the result as JSON', false)
    .action(async (runIds: string[], { store, to, json }: { store: string; to: string; json: boolean }) => {
      const { compareCommand } = await import('./compare');
      await compareCommand({ store: await openStore(store), isJson: json, runIds, pagePath: to }, terminal);
    });
}

interface EvaluateFlags {
  readonly model: string;
  readonly dataset: string;
  readonly store: string;
  readonly scale?: PixelRange;
  readonly json: boolean;
}

export function addEvaluate(program: Command, terminal: Terminal): void {
  program
    .command('evaluate')
    .description('measure a model on the test images of a dataset; nothing is stored')
    .requiredOption('--model <model>', modelSourceHelp)
    .option('--dataset <source>', 'mnist, a folder with the four IDX files, or s3://bucket/prefix', 'mnist')
    .addOption(new Option('--store <location>', 'a folder, or s3://bucket/prefix').default('artifacts'))
    .addOption(
      new Option(
        '--scale <range>',
        'the pixels that the model was made for (default: 0..1, or 0..255 where it begins with a Rescaling of bytes)',
      ).choices(pixelRanges),
    )
    .addOption(new Option('--json', 'print the result as JSON').default(false))
    .option('--quiet', 'no progress', false)
    .allowExcessArguments(false)
    .action(async ({ model, dataset, store, scale, json }: EvaluateFlags) => {
      const { evaluateModelCommand } = await import('./evaluate-model');
      const request = { source: model, dataset, store: await openStore(store), scale, isJson: json };
      await evaluateModelCommand(request, terminal);
    });
}

export function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('a page on this machine where one draws a digit and the model answers, until Ctrl-C')
    .argument('[runId]', 'use the model of this run (the latest registered one)')
    .addOption(new Option('--store <location>', 'a folder, or s3://bucket/prefix').default('artifacts'))
    .option('--model-name <name>', 'use the latest model of this name', 'mnist-mlp')
    .addOption(
      new Option('--port <number>', 'a free one if left out').argParser(numberOrText).default(0, 'any'),
    )
    .allowExcessArguments(false)
    .action(async (runId: string | undefined, flags: ServeFlags) => {
      const { serveCommand } = await import('./serve');
      await serveCommand(runId, flags, terminal);
    });
}
