import type { ObjectStore } from '../store/object-store';
import { buildPage } from './save-page';

export interface ServedFile {
  readonly type: string;
  readonly body: Uint8Array;
  /** Content Security Policy, without `frame-ancestors`. */
  readonly policy: string;
}

/** Files by their path. Nothing else is served. */
export type ServedFiles = ReadonlyMap<string, ServedFile>;

/**
 * The try-it page of a run. It is built here and not read from the run: this also works for runs of earlier versions, and
 * nobody who can write to the store can put a script into the page.
 *
 * @throws PermanentError ArtifactNotFound or CorruptArtifact for the run's model.
 */
export async function gatherServedFiles(store: ObjectStore, runId: string): Promise<ServedFiles> {
  const page = { type: 'text/html; charset=utf-8', ...(await buildPage(store, runId)) };
  return new Map([
    ['/', page],
    ['/try-it.html', page],
  ]);
}
