import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PermanentError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { DirectoryStore } from '../../lib/store/directory-store';
import { isRemote, locate } from '../../lib/store/locate';
import type { ObjectStore } from '../../lib/store/object-store';
import { openInBrowser } from '../open-in-browser';
import { resolveRunId } from '../run-ids';
import type { Terminal } from '../terminal';

interface OpenRequest {
  readonly store: ObjectStore;
  /** As the user gave it. */
  readonly runId: string;
}

/** Opens the report of a run, or the progress page of an unfinished one, and prints where it is. */
export async function openCommand(request: OpenRequest, terminal: Terminal): Promise<void> {
  const { store } = request;
  const runId = await resolveRunId(store, request.runId);
  const key = await findPage(store, runId);
  const path = isRemote(store) ? await downloadPage(store, key) : locate(store, key);
  terminal.print(path);
  if (await openInBrowser(path)) return;
  terminal.report({ type: 'note', message: 'There is no display here: open this file in a browser.' });
}

async function findPage(store: ObjectStore, runId: string): Promise<string> {
  for (const key of [objectKeys.report(runId), objectKeys.progressPage(runId)])
    if ((await store.head(key)) !== undefined) return key;
  throw new PermanentError(
    'ArtifactNotFound',
    `The run "${runId}" in ${store.location} has no report yet. It is written when the model has been evaluated, and a progress page after the first epoch.`,
    { evidence: { runId } },
  );
}

/** Both pages are self-contained, so that one file is enough. */
async function downloadPage(store: ObjectStore, key: string): Promise<string> {
  const folder = new DirectoryStore(await mkdtemp(join(tmpdir(), 'mnist-pipeline-')));
  await folder.put(key, await store.get(key));
  return locate(folder, key);
}
