import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { findDatasetFiles } from '../../lib/dataset/find-dataset-files';
import { MemoryStore } from '../../lib/store/memory-store';
import { S3Store } from '../../lib/store/s3-store';
import { createFakeBucket, s3Error } from '../support/fake-bucket';

const names = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};
const body = new Uint8Array(1);

describe('a bucket that may be read but not listed: S3 answers 403 for an absent object', () => {
  /** For an identity with s3:GetObject only. */
  function openUnlisted(present: readonly string[], code = 'AccessDenied') {
    const { client, mock } = createFakeBucket();
    const known = new Set(present.map((name) => `team/${name}`));
    mock.on(HeadObjectCommand).callsFake(async ({ Key }) => {
      // An answer to HEAD has no body, and therefore no code.
      if (!known.has(Key)) throw s3Error('403', 403);
      return { ContentLength: 1 };
    });
    mock.on(GetObjectCommand).rejects(s3Error(code, 403));
    mock.on(ListObjectsV2Command).rejects(s3Error('AccessDenied', 403));
    return new S3Store(client, 'bucket', 'team');
  }

  test('a later name is still found', async () => {
    const packed = Object.values(names).map((name) => `${name}.gz`);
    await expect(findDatasetFiles(openUnlisted(packed), 's3://bucket/team')).resolves.toEqual({
      trainImages: packed[0],
      trainLabels: packed[1],
      testImages: packed[2],
      testLabels: packed[3],
    });
  });

  test.each([
    ['AccessDenied', /may not read the object, or the object is absent and this identity may not list/],
    ['InvalidAccessKeyId', /the AWS credentials are missing, expired or wrong/],
  ])('if none is found, the reason is that of S3 for the first one: %s', async (code, message) => {
    await expect(findDatasetFiles(openUnlisted([], code), 's3://bucket/team')).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(message),
    });
  });
});

test('an uncompressed file is preferred to gzip, with any names; the search of a large folder is limited', async () => {
  const store = new MemoryStore();
  for (const [role, name] of Object.entries(names)) {
    const own = `letters-${name.replace('t10k', 'test')}`;
    await store.put(`${own}.gz`, body);
    if (role !== 'testLabels') await store.put(own, body);
  }
  const expected = {
    trainImages: 'letters-train-images-idx3-ubyte',
    trainLabels: 'letters-train-labels-idx1-ubyte',
    testImages: 'letters-test-images-idx3-ubyte',
    testLabels: 'letters-test-labels-idx1-ubyte.gz',
  };
  expect(await findDatasetFiles(store, 'here')).toEqual(expected);
  for (let index = 0; index < 2_000; index += 1) await store.put(`a/${index}`, body);
  await expect(findDatasetFiles(store, 'here')).rejects.toThrow(/has no train-images-idx3-ubyte/);
});
