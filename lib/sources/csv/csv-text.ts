import { unpackGzip } from '../numbers/unpack';
import type { SourceFile, SourceFiles } from '../source-files';
import { againRemedy, unusableSource } from '../unusable-source';

const rangeBytes = 4 * 2 ** 20;
const joinedBytes = 2 ** 20;

/** The text of a table between two offsets; a compressed one is decompressed from its beginning. */
export async function* readText(
  { file, isGzip, start, end }: { file: SourceFile; isGzip: boolean; start: number; end: number },
  files: SourceFiles,
): AsyncGenerator<Uint8Array> {
  if (!isGzip) {
    for (let at = start; at < end; at += rangeBytes)
      yield await files.read(file, at, Math.min(rangeBytes, end - at));
    return;
  }
  let position = 0;
  for await (const chunk of join(unpackGzip(files.stream(file), file.name))) {
    const from = Math.max(start - position, 0);
    if (from < chunk.length) yield chunk.subarray(from);
    position += chunk.length;
  }
}

/** Larger chunks, because the rest of a row is copied for each chunk. */
async function* join(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes < joinedBytes) continue;
    yield Buffer.concat(parts);
    parts = [];
    bytes = 0;
  }
  yield Buffer.concat(parts);
}

export async function isGzipFile(file: SourceFile, files: SourceFiles): Promise<boolean> {
  if (file.bytes < 2) return false;
  const [first, second] = await files.read(file, 0, 2);
  return first === 0x1f && second === 0x8b;
}

/** @throws PermanentError InvalidDataset for a text in UTF-16, whose every other byte is zero, and for no text. */
export function assertText(beginning: Uint8Array, fileName: string): void {
  if (!beginning.subarray(0, 4096).includes(0)) return;
  throw unusableSource(
    fileName,
    'is no text in UTF-8: it has zero bytes',
    `Save it as CSV in UTF-8. If it was damaged: ${againRemedy.toLowerCase().replace('.', '')}.`,
  );
}
