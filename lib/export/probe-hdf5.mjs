/**
 * A worker that opens the HDF5 file in `workerData` and reads all of it, to find out whether reading ever ends. Plain
 * JavaScript, because workers start without a compiler. Errors are ignored here: the actual reader finds them as well.
 */
import { workerData } from 'node:worker_threads';
import { Dataset, File, FS, Group, ready } from 'h5wasm';

const maxDepth = 16;

const module = await ready;
module.activate_throwing_error_handler();
FS.writeFile('/probed.h5', workerData);
try {
  walk(new File('/probed.h5', 'r'), 0);
} catch {}
// The library may keep the event loop alive.
process.exit(0);

function walk(entity, depth) {
  attempt(() => Object.values(entity.attrs).map((attribute) => attempt(() => attribute.value)));
  if (entity instanceof Dataset) attempt(() => readIfHeld(entity));
  if (!(entity instanceof Group) || depth === maxDepth) return;
  for (const name of attempt(() => entity.keys()) ?? []) attempt(() => walk(entity.get(name), depth + 1));
}

/** Like the actual reader, which does not read arrays that are larger than the file. */
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
