import { z } from 'zod';
import { parseOrThrow } from '../../lib/contracts/parse';
import { openStore } from '../../lib/store/open-store';
import { servePage } from '../../lib/try-it/serve-page';
import { gatherServedFiles } from '../../lib/try-it/served-files';
import type { Terminal } from '../terminal';
import { chooseRun } from './predict';

const portSchema = z.int().min(0).max(65_535);

export interface ServeFlags {
  readonly store: string;
  readonly modelName: string;
  readonly port: unknown;
}

/** Runs until Ctrl-C, which is not an error. */
export async function serveCommand(
  askedRunId: string | undefined,
  { store: location, modelName, port }: ServeFlags,
  { print, report, signal }: Terminal,
): Promise<void> {
  const chosenPort = parseOrThrow(portSchema, port, 'The port');
  const store = await openStore(location);
  const runId = await chooseRun({ store, runId: askedRunId, modelName });
  const files = await gatherServedFiles(store, runId);
  if (signal.aborted) return;
  const server = await servePage(files, chosenPort);
  print(server.address);
  report({ type: 'note', message: `Serving the model of the run ${runId}. Press Ctrl-C to stop.` });
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await server.close();
}
