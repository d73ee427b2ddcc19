import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryStore } from '../../lib/store/directory-store';
import { locate } from '../../lib/store/locate';
import type { ObjectStore } from '../../lib/store/object-store';
import { openInBrowser } from '../open-in-browser';
import type { Terminal } from '../terminal';

export interface PageMirror {
  /** Downloads what has changed, and opens the page the first time. */
  readonly update: () => Promise<void>;
}

/**
 * A copy on this machine of pages in the store: of a run's progress page, which reloads itself in the browser, and of the
 * report beside it, which the page links to at the end; or of a sweep's page.
 *
 * @param keys - of the pages. The first one that is there is opened.
 */
export async function createPageMirror(
  store: ObjectStore,
  keys: readonly string[],
  { report }: Pick<Terminal, 'report'>,
): Promise<PageMirror> {
  const folder = new DirectoryStore(await mkdtemp(join(tmpdir(), 'mnist-pipeline-')));
  /** Checksums of what was downloaded, by key. */
  const downloaded = new Map<string, string | undefined>();

  const download = async (key: string): Promise<void> => {
    const found = await store.head(key);
    if (found === undefined || (downloaded.has(key) && downloaded.get(key) === found.sha256)) return;
    await folder.put(key, await store.get(key));
    const isFirst = downloaded.size === 0;
    downloaded.set(key, found.sha256);
    if (!isFirst) return;
    const path = locate(folder, key);
    const hasOpened = await openInBrowser(path);
    const message = hasOpened ? `The page is ${path}` : `Open this page in a browser: ${path}`;
    report({ type: 'note', message });
  };
  return {
    update: async () => {
      for (const key of keys) await download(key);
    },
  };
}
