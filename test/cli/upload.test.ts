import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { divideIntoParts } from '../../lib/cloud/upload-parts';
import { useMockedCloud } from '../cloud/mocked-cloud';
import { runCommand } from '../support/command-line';
import { s3Error } from '../support/fake-bucket';
import { useScratchFolder } from '../support/scratch-folder';

const scratch = useScratchFolder();
const { bucket, s3 } = useMockedCloud(scratch);
const mebibyte = 2 ** 20;
let folder: string;

beforeEach(() => {
  folder = join(scratch, `my digits ${randomBytes(4).toString('hex')}`);
  mkdirSync(join(folder, 'train', 'größe'), { recursive: true });
  writeFileSync(join(folder, 'train', 'größe', 'ä ö.png'), 'one');
  writeFileSync(join(folder, 'classes.txt'), 'größe\n');
  writeFileSync(join(folder, '.DS_Store'), 'hidden');
  s3.resetHistory();
});

const keys = () => [...bucket.objects.keys()].sort();
const putCount = () => s3.commandCalls(PutObjectCommand).length;
const sentParts = () => s3.commandCalls(UploadPartCommand).map(({ args }) => args[0].input.PartNumber);

describe('upload of a folder', () => {
  test('sends every file under its own name, and prints the command that trains with it', async () => {
    const { exitCode, out } = await runCommand(['upload', folder, '--name', 'my digits']);
    expect({ exitCode, keys: keys() }).toEqual({
      exitCode: 0,
      keys: ['uploads/my digits/classes.txt', 'uploads/my digits/train/größe/ä ö.png'],
    });
    expect(out).toContain('Uploaded 2 files; 0 were there already.');
    expect(out).toContain("train --cloud --dataset 's3://artifact-bucket/uploads/my digits'\n");
  });

  test('takes the name of the folder, and names the stack in the command', async () => {
    const { out } = await runCommand(['upload', `${folder}/`, '--stack', 'Blue']);
    expect(out).toMatch(/--dataset 's3:\/\/artifact-bucket\/uploads\/my digits [0-9a-f]{8}' --stack Blue\n/);
  });

  test('sends only what is not there with the same bytes', async () => {
    await runCommand(['upload', folder, '--name', 'digits']);
    s3.resetHistory();
    writeFileSync(join(folder, 'classes.txt'), 'grosse\n');
    const { out } = await runCommand(['upload', folder, '--name', 'digits', '--json']);
    expect({ ...JSON.parse(out), puts: putCount() }).toEqual({
      dataset: 's3://artifact-bucket/uploads/digits',
      bytes: 10,
      sent: 1,
      kept: 1,
      puts: 1,
    });
  });

  test('a file of the same size with other bytes is sent', async () => {
    await runCommand(['upload', folder, '--name', 'digits']);
    writeFileSync(join(folder, 'classes.txt'), 'GRÖSSE\n'.slice(0, 6).padEnd(7, '\n'));
    writeFileSync(join(folder, 'train', 'größe', 'ä ö.png'), 'two');
    expect(
      JSON.parse((await runCommand(['upload', folder, '--name', 'digits', '--json'])).out),
    ).toMatchObject({
      sent: 2,
    });
  });

  test('a dry run lists files and sizes, and sends nothing', async () => {
    const { exitCode, out } = await runCommand(['upload', folder, '--name', 'digits', '--dry-run']);
    expect({ exitCode, keys: keys() }).toEqual({ exitCode: 0, keys: [] });
    expect(out).toContain('2 files, 1 kB, would be in s3://artifact-bucket/uploads/digits\n');
    expect(out).toContain('       1 kB  train/größe/ä ö.png\n');
    expect(out).toContain('Nothing was sent. At least 2 files would be, 1 kB.');
  });

  test('names what is there and not among the files', async () => {
    bucket.objects.set('uploads/digits/old.png', {
      body: new Uint8Array(3),
      etag: '"0"',
      metadata: {},
    });
    const { err } = await runCommand(['upload', folder, '--name', 'digits']);
    expect(err).toContain(
      '1 object in s3://artifact-bucket/uploads/digits is not among the files, and a training reads them too: "uploads/digits/old.png".',
    );
  });

  test('a stopped upload says so, and the next one sends the rest', async () => {
    s3.on(PutObjectCommand).rejectsOnce(s3Error('SlowDown', 503));
    const first = await runCommand(['upload', folder, '--name', 'digits']);
    expect(first).toMatchObject({ exitCode: 75, err: expect.stringContaining('Try again') });
    const stopped = new AbortController();
    stopped.abort('SIGINT');
    const { err } = await runCommand(['upload', folder, '--name', 'other'], stopped.signal);
    expect(err).toContain('Stopped after 0 of 2 files. Run the same command again to send the others.');
  });
});

describe('upload of a large file', () => {
  test('sends parts, whose bytes arrive in order', async () => {
    const bytes = randomBytes(35 * mebibyte);
    writeFileSync(join(folder, 'digits.npz'), bytes);
    const { exitCode, out } = await runCommand(['upload', join(folder, 'digits.npz')]);
    expect(exitCode).toBe(0);
    expect(out).toContain('--dataset s3://artifact-bucket/uploads/digits.npz\n');
    expect(Buffer.compare(bucket.objects.get('uploads/digits.npz')!.body, bytes)).toBe(0);
    expect(sentParts().sort()).toEqual([1, 2, 3]);
  });

  test('goes on with the parts that are missing, and aborts other leftovers', async () => {
    const bytes = randomBytes(35 * mebibyte);
    const path = join(folder, 'digits.npz');
    writeFileSync(path, bytes);
    let failures = 1;
    s3.on(UploadPartCommand, { PartNumber: 2 }).callsFake((input) => {
      failures -= 1;
      if (failures === 0) throw s3Error('SlowDown', 503);
      return bucket.client.send(new UploadPartCommand(input));
    });
    bucket.unfinished.set('leftover', { key: 'uploads/digits.npz', parts: new Map() });
    expect(await runCommand(['upload', path])).toMatchObject({ exitCode: 75 });
    const [begun] = [...bucket.unfinished.values()];
    expect([...begun!.parts.keys()].sort()).toEqual([1, 3]);

    s3.resetHistory();
    bucket.unfinished.set('of another file', { key: 'uploads/digits.npz.bak', parts: new Map() });
    expect(await runCommand(['upload', path])).toMatchObject({ exitCode: 0 });
    expect(sentParts()).toEqual([2]);
    expect(Buffer.compare(bucket.objects.get('uploads/digits.npz')!.body, bytes)).toBe(0);
    expect([...bucket.unfinished.keys()]).toEqual(['of another file']);
  });

  test('is not sent again, but a changed one is, in the parts that changed', async () => {
    const bytes = randomBytes(20 * mebibyte);
    const path = join(folder, 'digits.npz');
    writeFileSync(path, bytes);
    await runCommand(['upload', path]);
    s3.resetHistory();
    expect(JSON.parse((await runCommand(['upload', path, '--json'])).out)).toMatchObject({
      sent: 0,
      kept: 1,
    });
    expect(sentParts()).toEqual([]);
    bytes[0]! ^= 1;
    writeFileSync(path, bytes);
    expect(JSON.parse((await runCommand(['upload', path, '--json'])).out)).toMatchObject({
      sent: 1,
      kept: 0,
    });
    expect(Buffer.compare(bucket.objects.get('uploads/digits.npz')!.body, bytes)).toBe(0);
  });

  test.each([
    [16 * mebibyte + 1, 2, 16 * mebibyte],
    [10_000 * 16 * mebibyte, 10_000, 16 * mebibyte],
    [10_000 * 16 * mebibyte + 1, 9_412, 17 * mebibyte],
    [5 * 2 ** 40, 9_987, 525 * mebibyte],
  ])('%d bytes are %d parts of %d bytes, at most 10,000', (bytes, count, partBytes) => {
    const parts = divideIntoParts(bytes);
    expect({ count: parts.length, partBytes: parts[0]!.bytes }).toEqual({ count, partBytes });
    const { offset, bytes: last, number } = parts.at(-1)!;
    expect({ end: offset + last, number }).toEqual({ end: bytes, number: count });
  });
});

describe('upload refuses, with exit code 2 and without a request to write,', () => {
  test.each([
    ['a path where nothing is', () => [join(folder, 'absent')], /There is no file or folder/],
    ['an address', () => ['s3://digits/here'], /takes a folder or a file of this machine/],
    ['a name with "/"', () => [folder, '--name', 'a/b'], /The name "a\/b" is not allowed/],
    ['an empty name', () => [folder, '--name', ''], /The name "" is not allowed/],
    ['a name that begins with "."', () => [folder, '--name', '..'], /The name ".." is not allowed/],
  ])('%s', async (_, args, message) => {
    expect(await runCommand(['upload', ...args()])).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringMatching(message),
    });
    expect(putCount()).toBe(0);
  });

  test('a folder with hidden files only', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    writeFileSync(join(empty, '.hidden'), '');
    expect(await runCommand(['upload', empty])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/There is no file in .*empty to upload/),
    });
  });

  test('a control character in a name, a key that is too long, and a loop of links', async () => {
    writeFileSync(join(folder, 'a\u0001b'), '');
    const control = await runCommand(['upload', folder]);
    expect(control).toMatchObject({ exitCode: 2, err: expect.stringMatching(/control character/) });

    const deep = join(folder, 'deep', ...Array.from({ length: 5 }, () => 'ü'.repeat(110)));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'x'), '');
    const long = await runCommand(['upload', join(folder, 'deep')]);
    expect(long).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/needs a key of 1119 bytes, and S3 allows 1024/),
    });

    symlinkSync('..', join(folder, 'train', 'loop'));
    expect(await runCommand(['upload', join(folder, 'train')])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/symbolic link to a folder above itself/),
    });
    expect(putCount()).toBe(0);
  });
});

test('the checksum that S3 keeps for parts is that of their checksums', async () => {
  const bytes = randomBytes(17 * mebibyte);
  const path = join(folder, 'x.bin');
  writeFileSync(path, bytes);
  await runCommand(['upload', path]);
  const hash = (data: Uint8Array) => createHash('sha256').update(data).digest();
  const expected = hash(
    Buffer.concat([hash(bytes.subarray(0, 16 * mebibyte)), hash(bytes.subarray(16 * mebibyte))]),
  );
  expect(bucket.objects.get('uploads/x.bin')!.sha256).toBe(`${expected.toString('base64')}-2`);
});
