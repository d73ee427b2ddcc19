import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createS3Store, type S3Store } from '../../lib/store/s3-store';
import { sha256Hex } from '../../lib/store/sha256';
import { type AnsweringServer, startAnsweringServer } from '../support/answering-server';
import { useEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const keys = { AWS_ACCESS_KEY_ID: 'fake', AWS_SECRET_ACCESS_KEY: 'fake' };
useEnvironment({ AWS_REGION: 'eu-central-1', AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') });

let service: AnsweringServer | undefined;
afterEach(() => service?.stop());

async function collectAll<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** `GET /bucket/key`, without what the SDK adds. */
const asked = ({ method, url }: IncomingMessage) => `${method} ${url?.split('?')[0]}`;

describe('a custom endpoint from any source gets the bucket in the path', () => {
  const profile = (...lines: string[]) => ({
    config: [
      '[profile own]',
      'aws_access_key_id = fake',
      'aws_secret_access_key = fake',
      ...lines,
      '[services here]',
      's3 =',
      '  endpoint_url = ADDRESS',
    ].join('\n'),
    environment: { AWS_PROFILE: 'own' },
  });

  test.each<[string, { config?: string; environment: Record<string, string> }]>([
    ['AWS_ENDPOINT_URL', { environment: { ...keys, AWS_ENDPOINT_URL: 'ADDRESS' } }],
    [
      'AWS_ENDPOINT_URL_S3',
      { environment: { ...keys, AWS_ENDPOINT_URL_S3: 'ADDRESS', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } },
    ],
    ['endpoint_url of the profile', profile('endpoint_url = ADDRESS')],
    ['the services section of the profile', profile('services = here')],
    ['both: the services section wins', profile('services = here', 'endpoint_url = http://127.0.0.1:9')],
  ])('%s', async (name, { config, environment }) => {
    service = await startAnsweringServer((_, response) => response.writeHead(404).end());
    const fill = (text: string) => text.replace('ADDRESS', service!.address);
    const variables = Object.entries(environment).map(([variable, value]) => [variable, fill(value)]);
    Object.assign(process.env, Object.fromEntries(variables));
    if (config !== undefined) {
      const path = join(folder, `${name.replaceAll(' ', '-')}.config`);
      writeFileSync(path, fill(config));
      process.env['AWS_CONFIG_FILE'] = path;
    }
    expect(await createS3Store('my-bucket').head('a')).toBeUndefined();
    expect(service.requests.map(asked)).toEqual(['HEAD /my-bucket/a']);
  });
});

test('a prefix with spaces and letters of any script reaches S3 unchanged', async () => {
  const contents = '<Contents><Key>Our digits (1)/größe/a</Key><Size>4</Size></Contents>';
  service = await startAnsweringServer((request, response) => {
    if (request.method === 'GET' && request.url?.includes('list-type'))
      response.writeHead(200).end(`<ListBucketResult><KeyCount>1</KeyCount>${contents}</ListBucketResult>`);
    else response.writeHead(200).end(request.method === 'GET' ? 'body' : undefined);
  });
  Object.assign(process.env, keys, { AWS_ENDPOINT_URL: service.address });
  const store = createS3Store('my-bucket', 'Our digits (1)/größe/');
  await store.put('a', new Uint8Array(4));
  expect(new TextDecoder().decode(await store.get('a'))).toBe('body');
  expect(await collectAll(store.list(''))).toEqual([{ key: 'a', bytes: 4 }]);
  expect(service.requests.map(({ url }) => decodeURIComponent(new URL(url!, 'http://s3').pathname))).toEqual([
    '/my-bucket/Our digits (1)/größe/a',
    '/my-bucket/Our digits (1)/größe/a',
    '/my-bucket/',
  ]);
  expect(new URL(service.requests[2]!.url!, 'http://s3').searchParams.get('prefix')).toBe(
    'Our digits (1)/größe/',
  );
});

describe('a bucket of another region', () => {
  /** The region that a request is signed for. */
  const signedFor = ({ headers }: IncomingMessage) =>
    /Credential=[^/]+\/\d+\/([^/]+)\/s3/.exec(String(headers.authorization))?.[1];
  const home = 'eu-west-1';
  const body = new TextEncoder().encode('body');

  const refusals = {
    'a redirection': (isHead: boolean) => ({
      status: 301,
      headers: { 'x-amz-bucket-region': home },
      text: isHead ? '' : '<Error><Code>PermanentRedirect</Code></Error>',
    }),
    'a malformed signature': (isHead: boolean) => ({
      status: 400,
      headers: isHead ? { 'x-amz-bucket-region': home } : {},
      text: isHead ? '' : `<Error><Code>AuthorizationHeaderMalformed</Code><Region>${home}</Region></Error>`,
    }),
  } as const;

  test.each(Object.keys(refusals) as (keyof typeof refusals)[])(
    'is found by %s, once, and all later requests go there',
    async (refusal) => {
      service = await startAnsweringServer((request, response) => {
        const isHead = request.method === 'HEAD';
        if (signedFor(request) !== home) {
          const { status, headers, text } = refusals[refusal](isHead);
          response.writeHead(status, headers).end(text);
        } else if (request.url?.includes('list-type')) {
          response.writeHead(200).end('<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>');
        } else
          response.writeHead(200, { 'x-amz-meta-sha256': sha256Hex(body) }).end(isHead ? undefined : body);
      });
      Object.assign(process.env, keys, { AWS_ENDPOINT_URL: service.address });
      const calls = [
        (store: S3Store) => store.head('a'),
        (store: S3Store) => store.get('a'),
        (store: S3Store) => store.put('a', body),
        (store: S3Store) => store.putIfAbsent('a', body),
        (store: S3Store) => collectAll(store.list('')),
      ];
      for (const first of calls) {
        const store = createS3Store('my-bucket');
        const before = service.requests.length;
        await first(store);
        await store.get('a');
        const regions = service.requests.slice(before).map(signedFor);
        expect(regions).toEqual(['eu-central-1', home, home]);
      }
    },
  );

  test('redirects in a loop end with an error', async () => {
    service = await startAnsweringServer((request, response) => {
      const other = signedFor(request) === home ? 'eu-north-1' : home;
      response.writeHead(301, { 'x-amz-bucket-region': other }).end();
    });
    Object.assign(process.env, keys, { AWS_ENDPOINT_URL: service.address });
    await expect(createS3Store('my-bucket').head('a')).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining("Set AWS_REGION to the bucket's region"),
    });
    expect(service.requests).toHaveLength(2);
  });
});
