import { createHash } from 'node:crypto';
import { forEachConcurrently } from '../dataset/for-each-concurrently';
import type { SourceFile, SourceFiles } from '../sources/source-files';
import type { S3UploadTarget, UnfinishedUpload, UploadedPart } from '../store/s3-upload-target';

const mebibyte = 2 ** 20;
/** S3's limit: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html. A part has at least 5 MiB. */
const maxParts = 10_000;
const smallestPartBytes = 16 * mebibyte;
/** Of the parts of a file that are in memory at a time. */
const partsMemoryBytes = 128 * mebibyte;

/** Files up to this size are sent with one request. */
export const maxSingleBytes = smallestPartBytes;

export const sha256Base64 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');

interface FilePart {
  /** From 1. */
  readonly number: number;
  readonly offset: number;
  readonly bytes: number;
}

/** The same parts for the same size, so that another upload finds what an earlier one sent. */
export function divideIntoParts(fileBytes: number): FilePart[] {
  const partBytes = partBytesOf(fileBytes);
  return Array.from({ length: Math.ceil(fileBytes / partBytes) }, (_, index) => {
    const offset = index * partBytes;
    return { number: index + 1, offset, bytes: Math.min(partBytes, fileBytes - offset) };
  });
}

function partBytesOf(fileBytes: number): number {
  return Math.max(smallestPartBytes, Math.ceil(fileBytes / maxParts / mebibyte) * mebibyte);
}

/** As S3 computes it for an object that was uploaded in parts: the checksum of the checksums, and their number. */
export async function computeCompositeSha256(files: SourceFiles, file: SourceFile): Promise<string> {
  const hash = createHash('sha256');
  const parts = divideIntoParts(file.bytes);
  for (const { offset, bytes } of parts) {
    hash.update(Buffer.from(sha256Base64(await files.read(file, offset, bytes)), 'base64'));
  }
  return `${hash.digest('base64')}-${parts.length}`;
}

export interface PartsUpload {
  readonly files: SourceFiles;
  readonly file: SourceFile;
  readonly target: S3UploadTarget;
  readonly key: string;
  /** That an earlier command began. */
  readonly unfinished: UnfinishedUpload | undefined;
  /** Called before each part. */
  readonly throwIfStopped: () => void;
  readonly onSent: (bytes: number) => void;
}

/** Sends a large file in parts, except for those that an earlier command sent. If it fails, S3 keeps the parts. */
export async function uploadInParts(upload: PartsUpload): Promise<void> {
  const { files, file, target, key, throwIfStopped, onSent } = upload;
  const open = upload.unfinished ?? (await target.begin(key));
  const present = new Map<number, UploadedPart>();
  if (upload.unfinished !== undefined) {
    for await (const part of target.listParts(open)) present.set(part.number, part);
  }
  const done: UploadedPart[] = [];
  const parts = divideIntoParts(file.bytes);
  const limit = Math.max(1, Math.floor(partsMemoryBytes / partBytesOf(file.bytes)));
  await forEachConcurrently(parts, limit, async ({ number, offset, bytes }) => {
    throwIfStopped();
    const body = await files.read(file, offset, bytes);
    const sha256 = sha256Base64(body);
    const known = present.get(number);
    const isThere = known?.bytes === bytes && known.sha256 === sha256;
    done.push(isThere ? known : await target.putPart(open, number, body, sha256));
    onSent(bytes);
  });
  await target.complete(
    open,
    done.sort((a, b) => a.number - b.number),
  );
}
