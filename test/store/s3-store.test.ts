import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { createS3Store, S3Store } from '../../lib/store/s3-store';
import { sha256Hex } from '../../lib/store/sha256';
import { createFakeBucket, s3Error } from '../support/fake-bucket';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const body = bytesOf('body');

let fake: ReturnType<typeof createFakeBucket>;
let store: S3Store;
beforeEach(() => {
  fake = createFakeBucket();
  store = new S3Store(fake.client, 'my-bucket', 'team');
});

afterEach(() => jest.restoreAllMocks());

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('a put carries the checksum twice: for S3 in base64, for readers in hexadecimal', async () => {
  await store.put('a', body);

  const sha256 = sha256Hex(body);
  expect(fake.mock.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
    Bucket: 'my-bucket',
    Key: 'team/a',
    ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
    Metadata: { sha256 },
  });
});

describe('objects that were not written through a store', () => {
  beforeEach(() => fake.objects.set('team/a', { body, etag: '"x"', metadata: {} }));

  test('are read without a checksum', async () => {
    expect(await store.get('a')).toEqual(body);
    expect(await store.head('a')).toEqual({ key: 'a', bytes: 4 });
  });

  test('swap by the checksum of their bytes', async () => {
    expect(await store.putIfUnchanged('a', bytesOf('b'), sha256Hex(bytesOf('other')))).toBe(false);
    expect(await store.putIfUnchanged('a', bytesOf('b'), sha256Hex(body))).toBe(true);
  });

  test('are skipped by list under names that are not valid keys', async () => {
    for (const key of ['team/', 'team/runs/', 'team/My notes.txt', 'teams/b']) {
      fake.objects.set(key, { body, etag: '"x"', metadata: {} });
    }
    expect(await collect(store.list(''))).toEqual([{ key: 'a', bytes: 4 }]);
  });
});

describe('an altered response is read again', () => {
  const answer = (bytes: Uint8Array) =>
    ({ Body: Readable.from([bytes]), Metadata: { sha256: sha256Hex(body) } }) as never;

  test('altered once, then correct', async () => {
    fake.mock
      .on(GetObjectCommand)
      .resolvesOnce(answer(bytesOf('bodz')))
      .resolvesOnce(answer(body));
    expect(await store.get('a')).toEqual(body);
  });

  test('a range that is too short, then complete', async () => {
    fake.mock
      .on(GetObjectCommand)
      .resolvesOnce(answer(bytesOf('b')))
      .resolvesOnce(answer(bytesOf('bo')));
    expect(await store.getRange('a', 0, 2)).toEqual(bytesOf('bo'));
  });

  test('altered twice: the object itself is corrupt', async () => {
    fake.mock.on(GetObjectCommand).callsFake(async () => answer(bytesOf('bodz')));
    await expect(store.get('a')).rejects.toMatchObject({ name: 'CorruptArtifact' });
    expect(fake.mock.commandCalls(GetObjectCommand)).toHaveLength(2);
  });
});

test.each([
  { why: 'an empty answer', page: {} },
  { why: 'a key was lost on the way', page: { KeyCount: 2, Contents: [{ Key: 'team/a', Size: 1 }] } },
])('an incomplete list is refused: $why', async ({ page }) => {
  fake.mock.on(ListObjectsV2Command).resolves(page);
  await expect(collect(store.list(''))).rejects.toMatchObject({
    name: 'StoreUnavailable',
    message: expect.stringContaining('KeyCount'),
  });
});

describe('conditional writes with concurrent writers', () => {
  const conflict = s3Error('ConditionalRequestConflict', 409);

  test('a conflict is retried', async () => {
    fake.mock.on(PutObjectCommand).rejectsOnce(conflict).rejectsOnce(conflict).resolves({});
    expect(await store.putIfAbsent('a', body)).toBe(true);
    expect(fake.mock.commandCalls(PutObjectCommand)).toHaveLength(3);
  });

  test('a conflict, then another writer won', async () => {
    fake.objects.set('team/a', { body, etag: '"x"', metadata: {} });
    fake.mock.on(PutObjectCommand).rejectsOnce(conflict).rejects(s3Error('PreconditionFailed', 412));
    expect(await store.putIfAbsent('a', body)).toBe(false);
  });

  test('endless conflicts are transient', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    fake.mock.on(PutObjectCommand).rejects(conflict);
    await expect(store.putIfAbsent('a', body)).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining('during each of 10 attempts'),
    });
  });

  test.each([
    { isOurs: true, why: 'our first attempt arrived and its answer was lost' },
    { isOurs: false, why: 'somebody else wrote the same bytes' },
  ])('refused on a second attempt → $isOurs: $why', async ({ isOurs }) => {
    fake.mock.on(PutObjectCommand).callsFake(async (input) => {
      const writeId = isOurs ? input.Metadata['write-id'] : 'of another';
      fake.objects.set(input.Key, {
        body,
        etag: '"x"',
        metadata: { ...input.Metadata, 'write-id': writeId },
      });
      throw s3Error('PreconditionFailed', 412, 2);
    });
    expect(await store.putIfAbsent('a', body)).toBe(isOurs);
  });

  test('an object that is deleted before the swap', async () => {
    await store.put('a', body);
    fake.mock.on(PutObjectCommand).rejects(s3Error('NoSuchKey', 404));
    expect(await store.putIfUnchanged('a', bytesOf('b'), sha256Hex(body))).toBe(false);
  });
});

test("createS3Store uses AWS_ENDPOINT_URL, with the bucket in the path; S3's responses are read", async () => {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    if (request.method === 'PUT')
      response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
    else if (request.method === 'HEAD') response.writeHead(404).end();
    else response.writeHead(200, { 'x-amz-meta-sha256': sha256Hex(body) }).end('Body');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const saved = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'fake',
    AWS_SECRET_ACCESS_KEY: 'fake',
  });
  try {
    const real = createS3Store('my-bucket', 'team');
    expect(await real.putIfAbsent('a', body)).toBe(false);
    expect(await real.head('a')).toBeUndefined();
    await expect(real.get('a')).rejects.toMatchObject({ name: 'CorruptArtifact' });
  } finally {
    process.env = saved;
    server.closeAllConnections();
    server.close();
  }
  expect(requests.map(({ method, url }) => `${method} ${url?.split('?')[0]}`)).toEqual([
    'PUT /my-bucket/team/a',
    'HEAD /my-bucket/team/a',
    'GET /my-bucket/team/a',
    'GET /my-bucket/team/a',
  ]);
  expect(requests[0]?.headers).toMatchObject({
    'if-none-match': '*',
    'content-length': '4',
    'x-amz-checksum-sha256': Buffer.from(sha256Hex(body), 'hex').toString('base64'),
    'x-amz-meta-sha256': sha256Hex(body),
  });
});
