import { PermanentError, TransientError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { forEachConcurrently } from '../dataset/for-each-concurrently';
import type { SourceFile, SourceFiles } from '../sources/source-files';
import type { S3UploadTarget, UnfinishedUpload } from '../store/s3-upload-target';
import { computeCompositeSha256, maxSingleBytes, sha256Base64, uploadInParts } from './upload-parts';

/** Of small files. Each may be in memory: at most 256 MiB in all. */
const filesAtOnce = 16;
/** S3's limit for a key. */
const maxKeyBytes = 1024;

/** A file that is uploaded. */
interface UploadItem {
  readonly file: SourceFile;
  readonly key: string;
  /** Whether an object of this size is there: its checksum decides whether the file is sent. */
  readonly hasSameSize: boolean;
}

/** What an upload would do, before anything is read or sent. */
export interface UploadPlan {
  /** For `--dataset`. */
  readonly address: string;
  /** By their names. */
  readonly items: readonly UploadItem[];
  readonly bytes: number;
  /** Objects there that are not among the files; they belong to the dataset as well. */
  readonly strayKeys: readonly string[];
}

/**
 * Lists the files and what is there already. A folder becomes the prefix `uploads/<name>/`, a file the object
 * `uploads/<name>`.
 *
 * @throws PermanentError InvalidDataset if there is no file, or a name that S3 cannot list; InvalidInput for a bad name.
 */
export async function planUpload(
  files: SourceFiles,
  { name, isFolder }: { readonly name: string; readonly isFolder: boolean },
  target: S3UploadTarget,
): Promise<UploadPlan> {
  assertUploadName(name);
  const root = `${objectKeys.uploads}${name}`;
  const found: SourceFile[] = [];
  for await (const file of files.list()) found.push(file);
  if (found.length === 0) {
    throw new PermanentError(
      'InvalidDataset',
      `There is no file in ${files.location} to upload. Files whose name begins with "." are left out. Give a folder with a dataset, or a file.`,
      { evidence: { location: files.location } },
    );
  }
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  const keyOf = (file: SourceFile) => (isFolder ? `${root}/${file.name}` : root);
  refuseKeys(found, keyOf);

  const sizes = new Map<string, number>();
  for await (const { key, bytes } of target.list(isFolder ? `${root}/` : root)) {
    // A key that ends in "/" is a marker of a folder.
    if (isFolder ? !key.endsWith('/') : key === root) sizes.set(key, bytes);
  }
  const items = found.map((file) => {
    const key = keyOf(file);
    const hasSameSize = sizes.get(key) === file.bytes;
    sizes.delete(key);
    return { file, key, hasSameSize };
  });
  return {
    address: `${target.location}/${root}`,
    items,
    bytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
    strayKeys: [...sizes.keys()],
  };
}

export interface UploadProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly doneFiles: number;
  readonly fileCount: number;
}

export interface UploadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: UploadProgress) => void;
}

export interface UploadOutcome {
  /** Files. */
  readonly sent: number;
  /** Files that were there with the same checksum. */
  readonly kept: number;
}

/**
 * Sends what is not there with the same size and checksum. An upload that was stopped goes on where it ended, also
 * within a large file.
 *
 * @throws TransientError Interrupted; PermanentError InvalidDataset for a file that changes meanwhile.
 */
export async function uploadSource(
  files: SourceFiles,
  { items, bytes: totalBytes }: UploadPlan,
  target: S3UploadTarget,
  { signal, onProgress }: UploadOptions,
): Promise<UploadOutcome> {
  let [sent, kept, doneBytes] = [0, 0, 0];
  const addBytes = (bytes: number) => {
    doneBytes += bytes;
    onProgress({ doneBytes, totalBytes, doneFiles: sent + kept, fileCount: items.length });
  };
  const throwIfStopped = () => {
    if (signal.aborted) throw interrupted(sent + kept, items.length);
  };
  const finish = (isSent: boolean, bytes: number) => {
    if (isSent) sent += 1;
    else kept += 1;
    addBytes(bytes);
  };

  const isLarge = ({ file }: UploadItem) => file.bytes > maxSingleBytes;
  await forEachConcurrently(
    items.filter((item) => !isLarge(item)),
    filesAtOnce,
    async ({ file, key, hasSameSize }) => {
      throwIfStopped();
      const body = await files.read(file, 0, file.bytes);
      const sha256 = sha256Base64(body);
      const isThere = hasSameSize && (await target.findSha256(key)) === sha256;
      if (!isThere) await target.put(key, body, sha256);
      finish(!isThere, file.bytes);
    },
  );
  const large = items.filter(isLarge);
  const unfinished = await findUnfinished(large, target);
  for (const { file, key, hasSameSize } of large) {
    throwIfStopped();
    const known = hasSameSize ? await target.findSha256(key) : undefined;
    if (known !== undefined && known === (await computeCompositeSha256(files, file))) {
      finish(false, file.bytes);
      continue;
    }
    const request = { files, file, target, key, unfinished: unfinished.get(key) };
    await uploadInParts({ ...request, throwIfStopped, onSent: addBytes });
    finish(true, 0);
  }
  return { sent, kept };
}

/**
 * Of each large file the latest unfinished upload. All others of these keys are aborted, because their parts cost money.
 */
async function findUnfinished(
  large: readonly UploadItem[],
  target: S3UploadTarget,
): Promise<Map<string, UnfinishedUpload>> {
  const latest = new Map<string, UnfinishedUpload>();
  for (const { key } of large) {
    for await (const upload of target.listUnfinished(key)) {
      if (upload.key !== key) continue;
      const earlier = latest.get(key);
      if (earlier !== undefined) await target.abort(earlier);
      latest.set(key, upload);
    }
  }
  return latest;
}

function assertUploadName(name: string): void {
  const hasControl = /\p{Cc}/u.test(name);
  if (name.trim() !== '' && !/^\.|\/|\\/.test(name) && !hasControl) return;
  throw new PermanentError(
    'InvalidInput',
    `The name ${JSON.stringify(name)} is not allowed for an upload: it must not be empty, begin with ".", or have "/", "\\" or control characters. Give another one with --name.`,
    { evidence: { name } },
  );
}

/** XML, in which S3 lists keys, has no control characters: https://www.w3.org/TR/xml/#charsets */
const unlistable = /[\p{Cc}\ufffe\uffff]/u;

function refuseKeys(found: readonly SourceFile[], keyOf: (file: SourceFile) => string): void {
  for (const file of found) {
    const bytes = Buffer.byteLength(keyOf(file));
    const problem = unlistable.test(file.name)
      ? 'has a control character, and S3 cannot list such a key'
      : `needs a key of ${bytes} bytes, and S3 allows ${maxKeyBytes}`;
    if (!unlistable.test(file.name) && bytes <= maxKeyBytes) continue;
    throw new PermanentError('InvalidDataset', `${JSON.stringify(file.name)} ${problem}. Rename the file.`, {
      evidence: { fileName: file.name, bytes },
    });
  }
}

function interrupted(done: number, total: number): TransientError {
  return new TransientError(
    'Interrupted',
    `Stopped after ${done} of ${total} files. Run the same command again to send the others.`,
    { evidence: { done, total } },
  );
}
