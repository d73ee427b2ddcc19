import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Dataset, Entity, File, Group } from 'h5wasm';
import { PermanentError, type PipelineError, TransientError } from '../contracts/errors';
import type { NamedTensor } from '../model/safetensors';

/** 4 MB of WASM, started for the first file. */
async function openLibrary() {
  const library = await import('h5wasm');
  const module = await library.ready;
  // Otherwise the C library writes every error to standard error.
  module.activate_throwing_error_handler();
  return { ...library, files: library.FS! };
}

/**
 * Makes an HDF5 file in memory. Equal contents give equal bytes: HDF5 adds a time stamp to every object, so the clock is
 * fixed while `fill` runs.
 */
export async function writeHdf5(fill: (root: Group) => void): Promise<Uint8Array> {
  const { File, files } = await openLibrary();
  const path = `/${randomUUID()}.h5`;
  const now = Date.now;
  Date.now = () => 0;
  try {
    const file = new File(path, 'w');
    try {
      fill(file);
    } finally {
      file.close();
    }
  } finally {
    Date.now = now;
  }
  const bytes = files.readFile(path).slice();
  files.unlink(path);
  return bytes;
}

/** A scalar string of variable length, as h5py writes a `str`. */
export function addText(to: Group, name: string, text: string): void {
  to.create_attribute(name, text, null, 'S');
}

export function addTexts(to: Group, name: string, texts: readonly string[]): void {
  to.create_attribute(name, [...texts], [texts.length], 'S');
}

export function addArray(to: Group, { name, shape, values }: NamedTensor): void {
  to.create_dataset({ name, data: values, shape: [...shape], dtype: '<f' });
}

/** Reads an untrusted HDF5 file. */
export interface Hdf5Reader {
  has(path: string): boolean;
  /** An attribute that holds one string, or `undefined`. */
  readText(path: string, attribute: string): string | undefined;
  /** An attribute that holds a list of strings, or `undefined`. */
  readTexts(path: string, attribute: string): string[] | undefined;
  /** @throws PermanentError InvalidInput unless it is a floating-point array of exactly this shape. */
  readArray(path: string, shape: readonly number[]): Float32Array;
}

/** Of a core. Starting the library takes about 0.2 s, and reading 6 MB less. */
const maxCpuSeconds = 5;
/** For a machine so busy that the worker hardly runs. */
const maxSeconds = 120;

/**
 * The C library loops endlessly on some damaged files, and cannot be stopped in its own thread. So a worker reads the
 * file first. This thread only waits meanwhile, so the time of the process is that of the worker.
 *
 * @throws PermanentError InvalidInput when it does not finish; TransientError StoreUnavailable when it hardly runs.
 */
async function probe(bytes: Uint8Array, what: string): Promise<void> {
  const worker = new Worker(join(__dirname, 'probe-hdf5.mjs'), { workerData: bytes, stderr: true });
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  let reached: PipelineError | undefined;
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(cpuBefore);
    const seconds = (performance.now() - startedAt) / 1000;
    if ((user + system) / 1e6 >= maxCpuSeconds) reached = takesTooLong(what);
    else if (seconds >= maxSeconds) reached = tooBusy(what);
    if (reached !== undefined) worker.terminate();
  }, 100);
  // The reader will find and report the same errors.
  worker.on('error', () => {});
  await new Promise((resolve) => worker.on('exit', resolve));
  clearInterval(timer);
  if (reached !== undefined) throw reached;
}

const takesTooLong = (what: string) =>
  new PermanentError(
    'InvalidInput',
    `${what} cannot be read within ${maxCpuSeconds} s of a processor core: it is damaged, or made to block its reader. Save it again in Keras.`,
  );

const tooBusy = (what: string) =>
  new TransientError(
    'StoreUnavailable',
    `${what} was not read within ${maxSeconds} s, in which its reader had less than ${maxCpuSeconds} s of a processor core: this machine is busy. Try again when it has less to do.`,
  );

/**
 * Opens an HDF5 file in memory while `read` runs.
 *
 * @param what - for the message, e.g. `The model "digits.h5"`.
 * @throws PermanentError InvalidInput when it is not an HDF5 file, or is damaged; TransientError StoreUnavailable on a
 *   machine too busy to read it.
 */
export async function readHdf5<Result>(
  bytes: Uint8Array,
  what: string,
  read: (reader: Hdf5Reader) => Result,
): Promise<Result> {
  await probe(bytes, what);
  const { File, Dataset, Group, files } = await openLibrary();
  const path = `/${randomUUID()}.h5`;
  files.writeFile(path, bytes);
  let file: File | undefined;
  try {
    file = new File(path, 'r');
    return read(createReader(file, { Dataset, Group }, bytes.length, what));
  } catch (cause) {
    if (cause instanceof PermanentError) throw cause;
    throw new PermanentError(
      'InvalidInput',
      `${what} is not an HDF5 file, or it is damaged (${String(cause).slice(0, 200)}). Save it again in Keras.`,
      { cause },
    );
  } finally {
    closeQuietly(file);
    files.unlink(path);
  }
}

/** Closing a damaged file may fail too; the first error is more informative. */
function closeQuietly(file: File | undefined): void {
  try {
    file?.close();
  } catch {}
}

type Classes = { readonly Dataset: typeof Dataset; readonly Group: typeof Group };

function createReader(file: File, { Dataset, Group }: Classes, fileBytes: number, what: string): Hdf5Reader {
  const find = (path: string): Entity | null => {
    try {
      return path === '/' ? file : file.get(path);
    } catch {
      return null;
    }
  };
  const readAttribute = (path: string, attribute: string): unknown => {
    const entity = find(path);
    return entity instanceof Group ? entity.attrs[attribute]?.value : undefined;
  };
  return {
    has: (path) => find(path) !== null,
    readText: (path, attribute) => {
      const value = readAttribute(path, attribute);
      return typeof value === 'string' ? value : undefined;
    },
    readTexts: (path, attribute) => {
      const value = readAttribute(path, attribute);
      return Array.isArray(value) && value.every((text) => typeof text === 'string') ? value : undefined;
    },
    readArray: (path, shape) => {
      const dataset = find(path);
      const found = dataset instanceof Dataset ? describe(dataset) : 'nothing';
      const count = shape.reduce((product, size) => product * size, 1);
      const match = precisions.find(({ name }) => found === `${name} ${shape.join('×')}`);
      // Keras does not compress: an array that is larger than the file is not read, so it cannot exhaust memory.
      if (match !== undefined && match.bytes * count <= fileBytes) {
        const { value } = dataset as Dataset;
        // Not `instanceof`: the library may be in another realm than its caller.
        if (ArrayBuffer.isView(value)) return new Float32Array(value as unknown as Float32Array);
      }
      throw new PermanentError(
        'InvalidInput',
        `${what} has ${found} at ${path} in ${fileBytes} bytes, and its configuration requires float32 ${shape.join('×')}. Save it again in Keras, in float32.`,
        { evidence: { path, found, expected: shape.join('×') } },
      );
    },
  };
}

/** Types of weights under any policy; all are converted to float32. */
const precisions = [
  { name: 'float32', bytes: 4 },
  { name: 'float16', bytes: 2 },
  { name: 'float64', bytes: 8 },
];

/** HDF5's class of floating-point numbers, H5T_FLOAT. */
const floatType = 1;

function describe(dataset: Dataset): string {
  const { type, size, shape } = dataset.metadata;
  const kind = type === floatType ? `float${8 * size}` : 'no floating-point number';
  return `${kind} ${(shape ?? []).join('×')}`;
}
