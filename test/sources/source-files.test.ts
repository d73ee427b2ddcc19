import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { LocalFiles } from '../../lib/sources/local-files';
import { openSourceFiles } from '../../lib/sources/open-files';
import { S3Files } from '../../lib/sources/s3-files';
import { createFakeBucket, s3Error } from '../support/fake-bucket';
import { useScratchFolder } from '../support/scratch-folder';
import { describeSourceFiles } from '../support/source-files-conformance';

const scratch = useScratchFolder();

function write(folder: string, name: string, body: Uint8Array | string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), body);
}

describeSourceFiles('LocalFiles', async () => {
  const folder = mkdtempSync(join(scratch, 'My data '));
  return {
    open: async (files) => {
      for (const [name, body] of Object.entries(files)) write(folder, name, body);
      return LocalFiles.open(folder);
    },
    replace: async (name, body) => write(folder, name, body),
    remove: async (name) => rmSync(join(folder, name)),
    openOne: async (name, body) => {
      write(folder, name, body);
      write(folder, `${name}.other`, body);
      return LocalFiles.open(join(folder, name));
    },
  };
});

describe.each(['', 'My data/größe/', 'without-slash'])('under the prefix "%s"', (prefix) => {
  describeSourceFiles('S3Files', async () => {
    const { client, objects } = createFakeBucket();
    const full = (name: string) =>
      prefix === '' || prefix.endsWith('/') ? `${prefix}${name}` : `${prefix}/${name}`;
    let writes = 0;
    const put = (name: string, body: Uint8Array) => {
      writes += 1;
      objects.set(full(name), { body, etag: `"${writes}"`, metadata: {} });
    };
    return {
      open: async (files) => {
        for (const [name, body] of Object.entries(files)) put(name, body);
        return S3Files.open('bucket', prefix, client);
      },
      replace: async (name, body) => put(name, body),
      remove: async (name) => void objects.delete(full(name)),
      openOne: async (name, body) => {
        put(name, body);
        put(`${name}.other`, body);
        return S3Files.open('bucket', full(name), client);
      },
    };
  });
});

test('markers of folders in S3 are no files', async () => {
  const { client, objects } = createFakeBucket();
  objects.set('digits/', { body: new Uint8Array(0), etag: '"1"', metadata: {} });
  objects.set('digits/cats/', { body: new Uint8Array(0), etag: '"2"', metadata: {} });
  const files = await S3Files.open('bucket', 'digits', client);
  for await (const file of files.list()) throw new Error(`lists ${file.name}`);
});

test('a bucket that answers 403 for an absent object is read as a prefix', async () => {
  const { client, mock, objects } = createFakeBucket();
  objects.set('digits/x', { body: Uint8Array.of(1), etag: '"1"', metadata: {} });
  mock.on(HeadObjectCommand, { Key: 'digits' }).rejects(s3Error('Forbidden', 403));
  const files = await S3Files.open('bucket', 'digits', client);
  expect(await files.find('x')).toEqual({ name: 'x', bytes: 1, version: '"1"' });
});

describe('local links', () => {
  test('a link to a folder above itself is refused, in a sentence', async () => {
    const folder = mkdtempSync(join(scratch, 'loop-'));
    write(folder, 'cats/1.png', 'x');
    symlinkSync('..', join(folder, 'cats/up'));
    await expect(listAll(folder)).rejects.toMatchObject({
      name: 'InvalidDataset',
      message: expect.stringMatching(
        /cats\/up is a symbolic link to a folder above itself.*Remove the link\.$/,
      ),
    });
  });

  test('links to files and to other folders are followed; one that leads nowhere is refused', async () => {
    const folder = mkdtempSync(join(scratch, 'links-'));
    const elsewhere = mkdtempSync(join(scratch, 'elsewhere-'));
    write(elsewhere, '1.png', 'x');
    write(folder, 'a.png', 'x');
    symlinkSync('a.png', join(folder, 'b.png'));
    symlinkSync(elsewhere, join(folder, 'cats'));
    expect((await listAll(folder)).sort()).toEqual(['a.png', 'b.png', 'cats/1.png']);
    symlinkSync('nowhere', join(folder, 'c.png'));
    await expect(listAll(folder)).rejects.toThrow(
      /^c\.png in .* is a symbolic link to a file that does not exist/,
    );
  });
});

async function listAll(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of (await LocalFiles.open(folder)).list()) names.push(name);
  return names;
}

test.each([
  [
    'ftp://example.com/x',
    'InvalidInput',
    /^The dataset "ftp:.*" is not allowed\. Give "mnist", a file, a folder, or/,
  ],
  ['s3://Bad_Bucket/x', 'InvalidInput', /bucket name of 3 to 63/],
  ['s3://bucket/a//b', 'InvalidInput', /empty segment/],
  ['', 'InvalidInput', /is not allowed/],
  [
    'minst',
    'InvalidDataset',
    /^There is no file or folder "minst"\. Check the path; a dataset is "mnist", a file/,
  ],
  ['/dev/null', 'InvalidDataset', /^\/dev\/null is neither a file nor a folder/],
])('the location "%s" is refused', async (location, name, message) => {
  await expect(openSourceFiles(location)).rejects.toMatchObject({
    name,
    message: expect.stringMatching(message),
  });
});
