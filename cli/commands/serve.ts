import { type Command, Option } from 'commander';
import { z } from 'zod';
import { parseOrThrow } from '../../lib/contracts/parse';
import { openStore } from '../../lib/store/open-store';
import { servePage } from '../../lib/try-it/serve-page';
import { gatherServedFiles } from '../../lib/try-it/served-files';
import { numberOrText } from '../settings';
import type { Terminal } from '../terminal';
import { chooseRun } from './predict';

const portSchema = z.int().min(0).max(65_535);

interface ServeFlags {
  readonly store: string;
  readonly modelName: string;
  readonly port: unknown;
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
    .action((runId: string | undefined, flags: ServeFlags) => serveCommand(runId, flags, terminal));
}

/** Ends when the signal comes, which is how one ends it: no error. */
async function serveCommand(
  askedRunId: string | undefined,
  { store: location, modelName, port }: ServeFlags,
  { print, report, signal }: Terminal,
): Promise<void> {
  const chosenPort = parseOrThrow(portSchema, port, 'The port');
  const store = openStore(location);
  const runId = await chooseRun({ store, runId: askedRunId, modelName });
  const files = await gatherServedFiles(store, runId);
  if (signal.aborted) return;
  const server = await servePage(files, chosenPort);
  print(server.address);
  report({ type: 'note', message: `Serving the model of the run ${runId}; Ctrl-C ends it` });
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await server.close();
}
