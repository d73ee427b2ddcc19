import { resolve } from 'node:path';
import { DirectoryStore } from '../../lib/store/directory-store';
import { openStore } from '../../lib/store/open-store';
import { S3Store } from '../../lib/store/s3-store';

describe('openStore', () => {
  test.each([
    ['artifacts', DirectoryStore, resolve('artifacts')],
    ['/tmp/my artifacts', DirectoryStore, '/tmp/my artifacts'],
    ['../s3', DirectoryStore, resolve('../s3')],
    ['s3://my-bucket', S3Store, 's3://my-bucket'],
    ['s3://my-bucket/', S3Store, 's3://my-bucket'],
    ['s3://my.bucket/team/a', S3Store, 's3://my.bucket/team/a'],
    ['s3://my.bucket/team/a/', S3Store, 's3://my.bucket/team/a'],
    ['s3://my.bucket/My digits (new)/', S3Store, 's3://my.bucket/My digits (new)'],
    ['s3://my.bucket/Größe/数字', S3Store, 's3://my.bucket/Größe/数字'],
  ])('%s', async (location, adapter, expected) => {
    const store = await openStore(location);

    expect(store).toBeInstanceOf(adapter);
    expect(store.location).toBe(expected);
  });

  test.each([
    '',
    '  ',
    's3:',
    's3:/bucket/a',
    's3://',
    's3://ab',
    's3://My-Bucket',
    'S3://bucket',
    'gs://bucket',
    'https://bucket',
    'a\0b',
  ])('%j is refused, with what is allowed', async (location) => {
    await expect(openStore(location)).rejects.toThrow(
      expect.objectContaining({
        name: 'InvalidInput',
        message: expect.stringContaining(
          `The store ${JSON.stringify(location)} is not allowed. Give a folder`,
        ),
      }),
    );
  });

  test.each([
    ['../a', /the segment "\.\."/],
    ['a/./b', /the segment "\."/],
    ['/a', /an empty segment/],
    ['a//b', /an empty segment/],
    ['a\u0001b', /the control character "\\u0001"/],
    ['ü'.repeat(512), /it has 1024 bytes, and a whole key has at most 1024/],
  ])('the prefix %j is refused', async (prefix, message) => {
    const open = () => openStore(`s3://bucket/${prefix}`);
    await expect(open()).rejects.toThrow(expect.objectContaining({ name: 'InvalidInput' }));
    await expect(open()).rejects.toThrow(message);
  });
});
