import { relative } from 'node:path';
import type { ObjectStore } from '../lib/store/object-store';

/** Where to find an object: a path relative to the current folder, or an S3 address. */
export function locate({ location }: ObjectStore, key: string): string {
  if (location.includes('://')) return `${location.replace(/\/$/, '')}/${key}`;
  const path = relative('.', location);
  return path.startsWith('..') ? `${location}/${key}` : `${path === '' ? '.' : path}/${key}`;
}
