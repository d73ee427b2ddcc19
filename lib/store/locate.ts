import { relative } from 'node:path';
import type { ObjectStore } from './object-store';

type Located = Pick<ObjectStore, 'location'>;

/** Where a person finds an object: a path relative to the current folder, or an S3 address. */
export function locate({ location }: Located, key: string): string {
  if (isRemote({ location })) return `${location.replace(/\/$/, '')}/${key}`;
  const path = relative('.', location);
  return path.startsWith('..') ? `${location}/${key}` : `${path === '' ? '.' : path}/${key}`;
}

/** Whether a store is a bucket, not a folder. */
export function isRemote({ location }: Located): boolean {
  return location.includes('://');
}
