import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** Where things that took long to make are kept, outside node_modules, so that `npm ci` does not throw them away. */
export function defaultCacheFolder(): string {
  const { MNIST_PIPELINE_CACHE: own, XDG_CACHE_HOME: users } = process.env;
  return own || join(users || join(homedir(), '.cache'), 'mnist-pipeline');
}

/** Below a prepared folder; the binding finds the libraries by its run path `$ORIGIN/../../deps/lib`. */
export const nativeLayout = {
  bindingFolder: 'lib/napi-v8',
  binding: 'lib/napi-v8/tfjs_binding.node',
  libraries: ['deps/lib/libtensorflow_cc.so.2', 'deps/lib/libtensorflow_framework.so.2'],
  marker: 'ready.json',
} as const;

const preparedFiles = [nativeLayout.binding, ...nativeLayout.libraries] as const;

/** `ready.json`: written last; a folder without it is not used. */
const markerSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tensorflowVersion: z.string(),
  preparedAt: z.iso.datetime(),
  files: z.array(
    z.strictObject({ path: z.string(), bytes: z.int(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});
export type NativeMarker = z.infer<typeof markerSchema>;

export async function writeMarker(
  folder: string,
  tensorflowVersion: string,
  preparedAt: Date,
): Promise<void> {
  const files: NativeMarker['files'] = [];
  for (const path of preparedFiles) {
    const { size } = await stat(join(folder, path));
    files.push({ path, bytes: size, sha256: await hashFile(join(folder, path)) });
  }
  const marker = { schemaVersion: 1, tensorflowVersion, preparedAt: preparedAt.toISOString(), files };
  await writeFile(join(folder, nativeLayout.marker), `${JSON.stringify(marker, null, 2)}\n`);
}

export type CacheState =
  | { readonly state: 'ready'; readonly marker: NativeMarker }
  | { readonly state: 'absent' }
  /** `problem` finishes the sentence "the prepared copy cannot be used: …". */
  | { readonly state: 'damaged'; readonly problem: string };

/**
 * Compares a prepared folder with its marker. Sizes and the small binding's hash are always looked at; the libraries'
 * hashes, half a gigabyte to read, only when `isThorough`.
 */
export async function inspectCache(
  folder: string,
  { isThorough }: { readonly isThorough: boolean },
): Promise<CacheState> {
  const text = await unlessAbsent(readFile(join(folder, nativeLayout.marker), 'utf8'));
  if (text === undefined) return { state: 'absent' };
  const marker = parseMarker(text);
  if (marker === undefined)
    return { state: 'damaged', problem: `${nativeLayout.marker} is not what we wrote` };
  for (const path of preparedFiles) {
    const recorded = marker.files.find((file) => file.path === path);
    const found = await unlessAbsent(stat(join(folder, path)));
    if (recorded === undefined || found === undefined)
      return { state: 'damaged', problem: `${path} is missing` };
    if (found.size !== recorded.bytes) {
      return { state: 'damaged', problem: `${path} has ${found.size} bytes instead of ${recorded.bytes}` };
    }
    const isHashed = isThorough || path === nativeLayout.binding;
    if (isHashed && (await hashFile(join(folder, path))) !== recorded.sha256) {
      return { state: 'damaged', problem: `${path} was changed after it was prepared` };
    }
  }
  return { state: 'ready', marker };
}

function parseMarker(text: string): NativeMarker | undefined {
  try {
    return markerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: the same as JSON that does not fit.
    return undefined;
  }
}

async function unlessAbsent<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
