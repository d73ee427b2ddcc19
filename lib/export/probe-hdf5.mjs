/**
 * A worker's work: opens the HDF5 file in `workerData` and reads all of it, so that whoever waits learns whether that
 * ever ends. Plain JavaScript, as workers are started without a compiler. What fails here fails for its reader as well.
 */
import { workerData } from 'node:worker_threads';
import { Dataset, File, FS, Group, ready } from 'h5wasm';

const maxDepth = 16;

const module = await ready;
module.activate_throwing_error_handler();
FS.writeFile('/rehearsed.h5', workerData);
try {
  walk(new File('/rehearsed.h5', 'r'), 0);
} catch {}
// Nothing is left to wait for, whatever the library thinks.
process.exit(0);

function walk(entity, depth) {
  attempt(() => Object.values(entity.attrs).map((attribute) => attempt(() => attribute.value)));
  if (entity instanceof Dataset) attempt(() => readIfHeld(entity));
  if (!(entity instanceof Group) || depth === maxDepth) return;
  for (const name of attempt(() => entity.keys()) ?? []) attempt(() => walk(entity.get(name), depth + 1));
}

/** As its reader, which takes memory for no more than the file holds. */
function readIfHeld(dataset) {
  const { shape, size } = dataset.metadata;
  const bytes = size * (shape ?? []).reduce((product, length) => product * length, 1);
  return bytes <= workerData.byteLength ? dataset.value : undefined;
}

function attempt(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
