import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { sha256Schema } from '../contracts/dataset';
import { parseJson } from '../contracts/parse';
import {
  bindingFile,
  cudaFolder,
  libraryFiles,
  quietenLogFile,
  requireCudaFile,
  type TensorFlowRelease,
  tfjsNodeVersion,
} from '../tensorflow/native-release';

const markerSchema = z.strictObject({
  schemaVersion: z.literal(1),
  package: z.string(),
  tensorflowVersion: z.string(),
  tfjsNodeVersion: z.string(),
  preparedAt: z.iso.datetime(),
  /** Prepared where the self-test could not run; the machine that loads it runs it first. */
  isUntested: z.literal(true).optional(),
  /** Every file that native TensorFlow is loaded from, by its path inside the folder. */
  files: z.record(
    z.string(),
    z.strictObject({ bytes: z.int().min(1), modifiedAtMilliseconds: z.number(), sha256: sha256Schema }),
  ),
});
export type ReadyMarker = z.infer<typeof markerSchema>;

export type PreparedState =
  | { readonly isReady: true; readonly marker: ReadyMarker }
  | {
      readonly isReady: false;
      /** Why the folder cannot be trusted; absent where there is no folder. */
      readonly problem?: string;
    };

const markerFile = 'ready.json';

/** Required files; a release with CUDA has more of them. */
function nameLoadedFiles({ cudaWheels }: TensorFlowRelease): string[] {
  const files = [bindingFile, quietenLogFile, ...libraryFiles];
  return cudaWheels.length === 0 ? files : [...files, requireCudaFile];
}

/** Written last: a folder without a marker is an incomplete attempt. */
export async function writeMarker(
  folder: string,
  release: TensorFlowRelease,
  { now, isTested }: { readonly now: Date; readonly isTested: boolean },
): Promise<void> {
  const files: ReadyMarker['files'] = {};
  const cudaLibraries = release.cudaWheels.length === 0 ? [] : await readdir(join(folder, cudaFolder));
  for (const file of [...nameLoadedFiles(release), ...cudaLibraries.map((name) => join(cudaFolder, name))]) {
    // Image layers store whole seconds; with finer times, every start of a container would hash all libraries.
    const second = new Date(Math.floor(now.getTime() / 1000) * 1000);
    await utimes(join(folder, file), second, second);
    const { size, mtimeMs } = await stat(join(folder, file));
    const sha256 = await hashFile(join(folder, file));
    files[file] = { bytes: size, modifiedAtMilliseconds: mtimeMs, sha256 };
  }
  const marker: ReadyMarker = {
    schemaVersion: 1,
    package: release.package,
    tensorflowVersion: release.version,
    tfjsNodeVersion,
    preparedAt: now.toISOString(),
    ...(isTested ? {} : { isUntested: true as const }),
    files,
  };
  await writeFile(join(folder, markerFile), `${JSON.stringify(marker, null, 2)}\n`);
}

/**
 * Compares the folder with its marker. `quick` hashes the small binding, and a library only if its modification time has
 * changed, because hashing all 650 MB takes two seconds; `full` hashes everything.
 */
export async function readPreparedState(
  folder: string,
  release: TensorFlowRelease,
  depth: 'quick' | 'full',
): Promise<PreparedState> {
  let text: string;
  try {
    text = await readFile(join(folder, markerFile), 'utf8');
  } catch (error) {
    if (!isAbsence(error)) throw error;
    const isThere = await stat(folder).then(() => true, isNotAbsence);
    return isThere ? { isReady: false, problem: `it has no ${markerFile}` } : { isReady: false };
  }
  const marker = markerSchema.safeParse(parseJson(text)).data;
  if (marker === undefined) return { isReady: false, problem: `its ${markerFile} cannot be read` };
  if (
    marker.package !== release.package ||
    marker.tensorflowVersion !== release.version ||
    marker.tfjsNodeVersion !== tfjsNodeVersion
  )
    return { isReady: false, problem: `its ${markerFile} names other versions` };
  for (const file of new Set([...nameLoadedFiles(release), ...Object.keys(marker.files)])) {
    const problem = await findProblem(join(folder, file), marker.files[file], depth);
    if (problem !== undefined) return { isReady: false, problem: `its ${file} ${problem}` };
  }
  return { isReady: true, marker };
}

async function findProblem(
  path: string,
  expected: ReadyMarker['files'][string] | undefined,
  depth: 'quick' | 'full',
): Promise<string | undefined> {
  if (expected === undefined) return 'is not in the marker';
  try {
    const { size, mtimeMs } = await stat(path);
    if (size !== expected.bytes) return `has ${size} bytes instead of ${expected.bytes}`;
    const isSmall = size < 2 ** 24;
    if (depth === 'quick' && !isSmall && mtimeMs === expected.modifiedAtMilliseconds) return undefined;
    return (await hashFile(path)) === expected.sha256 ? undefined : 'has been altered since it was prepared';
  } catch (error) {
    if (isAbsence(error)) return 'is missing';
    throw error;
  }
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}

function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function isNotAbsence(error: unknown): false {
  if (isAbsence(error)) return false;
  throw error;
}
