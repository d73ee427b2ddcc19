import { relative } from 'node:path';
import type { ObjectStore } from '../lib/store/object-store';

/** Where commands look for runs unless `--store` says otherwise. */
export const defaultStore = 'artifacts';

/** A command to type, in the current folder and for this store: `mnist-pipeline show friday --store elsewhere`. */
export function commandLine(store: ObjectStore, ...words: readonly string[]): string {
  return ['mnist-pipeline', ...words.map(quoteForShell), ...storeFlag(store)].join(' ');
}

function storeFlag({ location }: ObjectStore): string[] {
  if (location.includes('://')) return ['--store', quoteForShell(location)];
  const path = relative('.', location);
  if (path === defaultStore) return [];
  return ['--store', quoteForShell(path === '' ? '.' : path.startsWith('..') ? location : path)];
}

/** Adds single quotes if the shell needs them. */
export function quoteForShell(word: string): string {
  return /^[\w./~:@%+=,\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
