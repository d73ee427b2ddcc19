import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { parseIdx } from '../../lib/dataset/idx';
import { decodeShard } from '../../lib/dataset/shards';
import { encodeIdx } from '../support/tiny-dataset';

const zeros = new Uint8Array(50 * 2 ** 20);

/** The peak memory of the process includes what a reader allocates at once. */
async function expectLittleMemory(read: () => unknown, message: RegExp): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  await expect(async () => read()).rejects.toThrow(message);
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(40 * 1024);
}

beforeAll(() => zeros.fill(0));

test('gzip: at most the size in the header is decompressed', async () => {
  const bomb = gzipSync(Buffer.concat([encodeIdx([2, 2], new Uint8Array(4)), zeros]));
  await expectLittleMemory(
    () => parseIdx(bomb, 'labels.gz'),
    /labels\.gz .*trailing bytes: its header announces 16/,
  );
});

test('gzip: a header with a larger size than can be read', async () => {
  const header = encodeIdx([0xffff, 0xffff], new Uint8Array(0));
  await expectLittleMemory(
    () => parseIdx(gzipSync(header), 'f'),
    /announces 4294836237 bytes in its header, and at most 2147483647/,
  );
});

const shard = { key: 'train-00000.npz', rowCount: 1, imageShape: [2, 2] } as const;

test('nested gzip: at most twice that size is decompressed of the outer layer', async () => {
  const inner = Buffer.concat([gzipSync(encodeIdx([2, 2], new Uint8Array(4))), zeros]);
  await expectLittleMemory(
    () => parseIdx(gzipSync(inner), 'labels.gz'),
    /trailing bytes: its header announces 16/,
  );
});

test('npz: members that are larger than the shard', async () => {
  const bomb = zipSync({ 'x.npy': zeros });
  await expectLittleMemory(
    () => decodeShard(bomb, shard),
    /train-00000\.npz .*claims to unpack to 52428800 bytes, and 131107 at most/,
  );
});

test('npz: a claim of 4 GB in a small file', async () => {
  const claim = Buffer.from(zipSync({ 'x.npy': new Uint8Array(100) }));
  claim.writeUInt32LE(0xffff_fff0, claim.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1')) + 24);
  await expectLittleMemory(() => decodeShard(claim, shard), /claims to unpack to 4294967280 bytes/);
});
