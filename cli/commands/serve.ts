import { z } from 'zod';
import { parseOrThrow } from '../../lib/contracts/parse';
import { openStore } from '../../lib/store/open-store';
import { servePage } from '../../lib/try-it/serve-page';
import { gatherServedFiles } from '../../lib/try-it/served-files';
import { chooseOptionalArgument } from '../choose-argument';
import { chooseModelRun } from '../choose-model-run';
import { openInBrowser } from '../open-in-browser';
import type { Terminal } from '../terminal';

const portSchema = z.int().min(0).max(65_535);

export interface ServeFlags {
  readonly store: string;
  readonly runId?: string;
  readonly modelName?: string;
  readonly port: unknown;
  readonly open?: boolean;
}

/** Runs until Ctrl-C, which is not an error. */
export async function serveCommand(
  argument: string | undefined,
  { store: location, runId: flag, modelName, port, open = false }: ServeFlags,
  { print, report, signal }: Terminal,
): Promise<void> {
  const chosenPort = parseOrThrow(portSchema, port, 'The port');
  const asked = chooseOptionalArgument({ argument, flag, flagName: '--run-id' });
  const store = await openStore(location);
  const runId = await chooseModelRun(store, asked, modelName);
  const files = await gatherServedFiles(store, runId);
  if (signal.aborted) return;
  const server = await servePage(files, chosenPort);
  print(server.address);
  report({ type: 'note', message: `Serving the model of the run ${runId}. Press Ctrl-C to stop.` });
  if (open && !(await openInBrowser(server.address)))
    report({ type: 'note', message: 'There is no display here: open this address in a browser.' });
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await server.close();
}
