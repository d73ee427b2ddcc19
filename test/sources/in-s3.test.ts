import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { openSourceFiles } from '../../lib/sources/open-files';
import { openSource } from '../../lib/sources/open-source';
import type { SourceFiles } from '../../lib/sources/source-files';
import { type AnsweringServer, startAnsweringServer } from '../support/answering-server';
import { useEnvironment } from '../support/environment';
import { makePng } from '../support/make-png';
import { bytesArray, encodeNpzFile } from '../support/npy-files';
import { useScratchFolder } from '../support/scratch-folder';
import { datasetSettings, openFilesOf, readSection } from '../support/source-rows';
import { encodeTinyDataset, makeTinyDataset } from '../support/tiny-dataset';

const scratch = useScratchFolder();
const home = 'eu-west-3';
const prefix = 'Team data/größe (1) 猫/';

const png = (value: number) =>
  makePng({ shape: [2, 2], color: 'gray', depth: 8, samples: [0, value, 128, 255] });
const csvOf = (value: number) => `label,pixel0,pixel1,pixel2,pixel3\n5,0,1,2,3\n0,4,5,6,${value}\n`;
const npzOf = (level: 0 | 6) =>
  encodeNpzFile({ x: bytesArray([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 255]), y: bytesArray([2], [3, 4]) }, level);

type Contents = Readonly<Record<string, Uint8Array>>;
const kinds: Readonly<Record<string, Contents>> = {
  idx: encodeTinyDataset(makeTinyDataset({ trainCount: 20, testCount: 10, classes: 2 })),
  npz: { 'my digits.npz': npzOf(0) },
  'npz, compressed': { 'my digits.npz': npzOf(6) },
  csv: { 'train é.csv': Buffer.from(csvOf(255)) },
  parquet: { 'data/train 0.parquet': readFileSync(join(__dirname, 'parquet/huggingface.parquet')) },
  images: { 'cats & co/größe 1.png': png(1), 'cats & co/2.png': png(2), '犬/3.png': png(3) },
};

interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
}

/** One bucket in the region `home`, for an identity that gets 403 for an absent object. */
class Bucket {
  private readonly objects = new Map<string, StoredObject>();
  mayList = true;
  private writes = 0;

  put(contents: Contents): void {
    for (const [name, body] of Object.entries(contents)) {
      this.writes += 1;
      this.objects.set(`${prefix}${name}`, { body, etag: `"${this.writes}"` });
    }
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url!, 'http://here');
    const isListing = searchParams.has('list-type');
    const object = this.objects.get(decodeURIComponent(pathname.replace(/^\/[^/]+\//, '')));
    if (regionOf(request) !== home) response.writeHead(301, { 'x-amz-bucket-region': home }).end();
    else if (isListing && this.mayList) this.list(searchParams.get('prefix') ?? '', response);
    else if (object !== undefined && !isListing) read(object, request, response);
    else response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
  }

  private list(start: string, response: ServerResponse): void {
    const found = [...this.objects].filter(([key]) => key.startsWith(start));
    const entries = found.map(
      ([key, { body, etag }]) =>
        `<Contents><Key>${key.replaceAll('&', '&amp;')}</Key><Size>${body.length}</Size><ETag>${etag}</ETag></Contents>`,
    );
    response.end(
      `<ListBucketResult><KeyCount>${found.length}</KeyCount>${entries.join('')}</ListBucketResult>`,
    );
  }
}

function read({ body, etag }: StoredObject, { method, headers }: IncomingMessage, response: ServerResponse) {
  if (headers['if-match'] !== undefined && headers['if-match'] !== etag) {
    response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
    return;
  }
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  const part = body.subarray(Number(first), last === '' ? body.length : Number(last) + 1);
  response.writeHead(headers.range === undefined ? 200 : 206, { etag, 'content-length': part.length });
  response.end(method === 'HEAD' ? undefined : part);
}

/** That a request is signed for. */
const regionOf = ({ headers }: IncomingMessage) =>
  /Credential=[^/]+\/\d+\/([^/]+)\/s3/.exec(String(headers.authorization))?.[1];

let bucket: Bucket;
let service: AnsweringServer;
useEnvironment({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'fake',
  AWS_SECRET_ACCESS_KEY: 'fake',
  AWS_SHARED_CREDENTIALS_FILE: join(scratch, 'none'),
});

beforeEach(async () => {
  bucket = new Bucket();
  service = await startAnsweringServer((request, response) => bucket.answer(request, response));
  process.env['AWS_ENDPOINT_URL'] = service.address;
});
afterEach(() => service.stop());

async function readAll(files: SourceFiles) {
  const { kind, sections, classNames, problems } = await openSource(files, datasetSettings());
  const rows = [];
  for (const section of sections) rows.push({ split: section.split, ...(await readSection(section, files)) });
  return { kind, classNames, problems, rows };
}

describe.each(Object.entries(kinds))('%s', (_, contents) => {
  test('below a prefix with spaces and Unicode, in a bucket of another region', async () => {
    bucket.put(contents);
    const read = await readAll(await openSourceFiles(`s3://team-data/${prefix}`));
    expect(read.problems).toEqual([]);
    expect(read.rows[0]!.values.length).toBeGreaterThan(0);
    expect(read).toEqual(await readAll(await openFilesOf(scratch, contents)));
    expect(service.requests.map(regionOf)).toEqual([
      'eu-central-1',
      ...new Array(service.requests.length - 1).fill(home),
    ]);
  });

  test('without a final slash: the object of that name is absent, which the bucket answers with 403', async () => {
    bucket.put(contents);
    const read = await readAll(await openSourceFiles(`s3://team-data/${prefix.slice(0, -1)}`));
    expect(read).toEqual(await readAll(await openFilesOf(scratch, contents)));
  });

  test('an object that changes after the plan is refused by name', async () => {
    bucket.put(contents);
    const files = await openSourceFiles(`s3://team-data/${prefix}`);
    const { sections } = await openSource(files, datasetSettings());
    bucket.put(contents);
    await expect(readSection(sections[0]!, files)).rejects.toMatchObject({
      name: 'InvalidDataset',
      message: expect.stringMatching(
        / in s3:\/\/team-data\/.* changed while it was read: its ETag is no longer/,
      ),
    });
  });

  test('a bucket that may not be listed', async () => {
    bucket.put(contents);
    bucket.mayList = false;
    const [name] = Object.keys(contents);
    const isSingle = Object.keys(contents).length === 1;
    const read = readAll(await openSourceFiles(`s3://team-data/${prefix}${isSingle ? name : ''}`));
    if (isSingle) expect((await read).problems).toEqual([]);
    else if (name!.endsWith('.png')) await expect(read).rejects.toMatchObject({ name: 'InvalidInput' });
    else expect((await read).rows).toHaveLength(2);
  });
});
