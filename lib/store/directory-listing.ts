import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsence } from './directory-failures';
import { isObjectKey } from './read-failures';

/** The keys of all files below `root` that start with `prefix`, in ascending order; an absent folder has none. */
export async function* listKeys(root: string, prefix: string, ownFolder: string): AsyncGenerator<string> {
  const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  yield* walk(root, start, prefix, ownFolder);
}

/** @param folder - relative to `root`: empty, or with a final `/`. */
async function* walk(
  root: string,
  folder: string,
  prefix: string,
  ownFolder: string,
): AsyncGenerator<string> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsence(error)) return [];
    throw error;
  });
  const paths: string[] = [];
  for (const entry of entries) {
    const path = `${folder}${entry.name}`;
    if (path.toLowerCase() === ownFolder || !isObjectKey(path)) continue;
    if (entry.isDirectory()) paths.push(`${path}/`);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(join(root, path)))))
      paths.push(path);
  }
  // Folders sort with their "/", so that "a-b" comes before "a/b", as it does among keys.
  paths.sort();
  for (const path of paths) {
    if (!path.startsWith(prefix)) continue;
    if (path.endsWith('/')) yield* walk(root, path, prefix, ownFolder);
    else yield path;
  }
}

async function leadsToFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
