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
  ])('%s', (location, adapter, expected) => {
    const store = openStore(location);

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
  ])('%j is refused, with what is allowed', (location) => {
    expect(() => openStore(location)).toThrow(
      expect.objectContaining({
        name: 'InvalidInput',
        message: expect.stringContaining(
          `The store ${JSON.stringify(location)} is not allowed. Give a folder`,
        ),
      }),
    );
  });

  test.each(['s3://bucket/../a', 's3://bucket//a', 's3://bucket/a b'])(
    '%s: the prefix is a key',
    (location) => {
      expect(() => openStore(location)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
    },
  );
});
