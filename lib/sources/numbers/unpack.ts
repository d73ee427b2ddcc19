import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { PermanentError } from '../../contracts/errors';

/** A server that compresses a compressed file makes two layers; more are not legitimate. */
const maxLayers = 4;

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Decompresses gzip: several layers, and several members in one file. Other content is passed on unchanged. Node's zlib
 * verifies the checksum and the length of a member at its end.
 *
 * @param name - of the file, for messages.
 * @throws PermanentError InvalidDataset for a damaged file.
 */
export async function* unpackGzip(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  layer = 0,
): AsyncGenerator<Uint8Array> {
  const { beginning, all } = await peek(chunks);
  if (!isGzip(beginning)) yield* all;
  else if (layer === maxLayers) {
    throw new PermanentError(
      'InvalidDataset',
      `${name} was compressed with gzip more than ${maxLayers} times. Decompress it with gunzip until it is the file itself.`,
      { evidence: { fileName: name } },
    );
  } else yield* unpackGzip(inflate(all, createGunzip(), name), name, layer + 1);
}

/** Decompresses the format of zip archives, which has no checksum of its own. */
export function unpackDeflate(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  return inflate(chunks, createInflateRaw(), name);
}

async function* inflate(
  chunks: AsyncIterable<Uint8Array>,
  decompressor: Transform,
  name: string,
): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunks);
  pipeline(source, decompressor, () => {
    // The iteration below throws the error.
  });
  try {
    yield* decompressor;
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw cause;
    throw new PermanentError(
      'InvalidDataset',
      `${name} is damaged: its compressed content ends or changes unexpectedly (${(cause as Error).message}). Download or export it again.`,
      { evidence: { fileName: name }, cause },
    );
  } finally {
    source.destroy();
    decompressor.destroy();
  }
}

/** The first bytes, two at least if there are so many, and all chunks from the beginning. */
async function peek(chunks: AsyncIterable<Uint8Array>) {
  const iterator = chunks[Symbol.asyncIterator]();
  let beginning: Uint8Array = new Uint8Array(0);
  while (beginning.length < 2) {
    const next = await iterator.next();
    if (next.done) break;
    beginning = beginning.length === 0 ? next.value : Buffer.concat([beginning, next.value]);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      if (beginning.length > 0) yield beginning;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { beginning, all: all() };
}
