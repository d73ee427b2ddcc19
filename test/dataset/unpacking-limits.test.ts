import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { decodeShard } from '../../lib/dataset/shards';
import { readIdx } from '../support/read-idx';
import { encodeIdx } from '../support/tiny-dataset';

const zeros = new Uint8Array(50 * 2 ** 20);

/** The peak memory of the process includes what a reader allocates at once. */
async function expectLittleMemory(read: () => unknown, message: RegExp): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  await expect(async () => read()).rejects.toThrow(message);
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(40 * 1024);
}

beforeAll(() => zeros.fill(0));

test('gzip: no more is decompressed than the header announces', async () => {
  const bomb = gzipSync(Buffer.concat([encodeIdx([2, 2], new Uint8Array(4)), zeros]));
  await expectLittleMemory(
    () => readIdx(bomb, 'labels.gz'),
    /labels\.gz .*trailing bytes: its header announces 16/,
  );
});

test('gzip: a header with a larger size than any memory', async () => {
  const header = encodeIdx([0xffff_ffff, 0xffff], new Uint8Array(0));
  await expectLittleMemory(
    () => readIdx(gzipSync(header), 'f'),
    /truncated.* announces 281470681677837 bytes in all, and 12/,
  );
});

test('nested gzip: what follows the inner file in the outer one takes no memory', async () => {
  const inner = Buffer.concat([gzipSync(encodeIdx([2, 2], new Uint8Array(4))), zeros]);
  const before = process.resourceUsage().maxRSS;
  expect((await readIdx(gzipSync(inner), 'labels.gz')).values).toEqual([0, 0, 0, 0]);
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(40 * 1024);
});

const shard = { key: 'train-00000.npz', rowCount: 1, imageShape: [2, 2] } as const;

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
