import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ObjectStore } from '../../lib/store/object-store';
import type { Styles } from './styles';

/** Where to find an object: a path relative to the current folder, or an S3 address. */
export function locate({ location }: ObjectStore, key: string): string {
  if (isRemote({ location })) return `${location.replace(/\/$/, '')}/${key}`;
  const path = relative('.', location);
  return path.startsWith('..') ? `${location}/${key}` : `${path === '' ? '.' : path}/${key}`;
}

/** The same, clickable if it is a file and the terminal supports links. */
export function linkTo(store: ObjectStore, key: string, { link }: Styles): string {
  const text = locate(store, key);
  return isRemote(store) ? text : link(text, pathToFileURL(`${store.location}/${key}`).href);
}

/** Whether a store is a bucket, not a folder. */
export function isRemote({ location }: Pick<ObjectStore, 'location'>): boolean {
  return location.includes('://');
}
