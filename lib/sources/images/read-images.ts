import type { ImagesSlice } from '../../contracts/slices';
import type { ReadSlice } from '../source';
import type { SourceFile, SourceFiles } from '../source-files';
import { decodeRow } from './decode-row';
import { decodeEntry } from './image-entries';

/** Requests to S3 that wait for an answer at the same time, while earlier images are decoded. */
const filesAhead = 16;
/** What these files may take together, beside the one that is decoded. */
const bytesAhead = 64 * 2 ** 20;
/** An uncompressed image with the most pixels that are decoded is smaller. */
const maxFileBytes = 256 * 2 ** 20;

/** Yields each image as a block of one row with red, green and blue, in the order of the names. */
export const readImages: ReadSlice<ImagesSlice> = async function* ({ ground }, files, names) {
  for await (const { file, bytes } of readAhead(names, files)) {
    const nameOf = () => file.name;
    yield bytes === undefined
      ? { rowCount: 1, problem: describeLargeFile(file), nameOf }
      : { ...(await decodeRow(bytes, ground)), nameOf };
  }
};

interface LoadedFile {
  readonly file: SourceFile;
  /** `undefined` for a file that is too large to be read. */
  readonly bytes: Uint8Array | undefined;
}

async function* readAhead(names: readonly string[], files: SourceFiles): AsyncGenerator<LoadedFile> {
  const queue: { readonly file: SourceFile; readonly bytes: Promise<Uint8Array | undefined> }[] = [];
  let queuedBytes = 0;
  for (let next = 0; next < names.length || queue.length > 0; ) {
    while (next < names.length && queue.length < filesAhead) {
      const file = decodeEntry(names[next]!);
      if (queue.length > 0 && queuedBytes + file.bytes > bytesAhead) break;
      const bytes = file.bytes > maxFileBytes ? undefined : files.read(file, 0, file.bytes);
      // A failure is thrown when it is the turn of this file; until then, it is not unhandled.
      bytes?.catch(() => {});
      queue.push({ file, bytes: Promise.resolve(bytes) });
      queuedBytes += file.bytes;
      next += 1;
    }
    const { file, bytes } = queue.shift()!;
    queuedBytes -= file.bytes;
    yield { file, bytes: await bytes };
  }
}

function describeLargeFile({ bytes }: SourceFile): string {
  return `it has ${bytes.toLocaleString('en')} bytes, and an image file has at most ${maxFileBytes.toLocaleString('en')}. Scale the image down.`;
}
