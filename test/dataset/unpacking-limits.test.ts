import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { parseIdx } from '../../lib/dataset/idx';
import { decodeShard } from '../../lib/dataset/shards';
import { encodeIdx } from '../support/tiny-dataset';

const zeros = new Uint8Array(50 * 2 ** 20);

/** Memory that a reader holds at once shows in what the process has ever had. */
function expectLittleMemory(read: () => unknown, message: RegExp): void {
  const before = process.resourceUsage().maxRSS;
  expect(read).toThrow(message);
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(40 * 1024);
}

beforeAll(() => zeros.fill(0));

test('gzip: no more is unpacked than the header announces', () => {
  const bomb = gzipSync(Buffer.concat([encodeIdx([2, 2], new Uint8Array(4)), zeros]));
  expectLittleMemory(
    () => parseIdx(bomb, 'labels.gz'),
    /labels\.gz .*trailing bytes: its header announces 16/,
  );
});

test('gzip: an announcement of more than can be read', () => {
  const header = encodeIdx([0xffff, 0xffff], new Uint8Array(0));
  expectLittleMemory(
    () => parseIdx(gzipSync(header), 'f'),
    /announces 4294836237 bytes in its header, and at most 2147483647/,
  );
});

const shard = { key: 'train-00000.npz', rowCount: 1, imageShape: [2, 2] } as const;

test('gzip in gzip: no more than twice that is unpacked of the outer layer', () => {
  const inner = Buffer.concat([gzipSync(encodeIdx([2, 2], new Uint8Array(4))), zeros]);
  expectLittleMemory(() => parseIdx(gzipSync(inner), 'labels.gz'), /trailing bytes: its header announces 16/);
});

test('npz: members that unpack to more than the shard has', () => {
  const bomb = zipSync({ 'x.npy': zeros });
  expectLittleMemory(
    () => decodeShard(bomb, shard),
    /train-00000\.npz .*claims to unpack to 52428800 bytes, and 131107 at most/,
  );
});

test('npz: a claim of 4 GB in a small file', () => {
  const claim = Buffer.from(zipSync({ 'x.npy': new Uint8Array(100) }));
  claim.writeUInt32LE(0xffff_fff0, claim.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1')) + 24);
  expectLittleMemory(() => decodeShard(claim, shard), /claims to unpack to 4294967280 bytes/);
});
