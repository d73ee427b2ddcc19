import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { fetchRun } from '../../lib/cloud/fetch-run';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { DirectoryStore } from '../../lib/store/directory-store';
import { encodeJson, getJson } from '../../lib/store/json-objects';
import { S3Store } from '../../lib/store/s3-store';
import { createFakeBucket, s3Error } from '../support/fake-bucket';
import { useScratchFolder } from '../support/scratch-folder';
import { putConfig, putFinishedRun, putHistory } from './finished-run';

const scratch = useScratchFolder();
const weights = objectKeys.modelWeights('r');
const marker = objectKeys.runRecord('r');

let folder: string;
let keys: string[];
let fake: ReturnType<typeof createFakeBucket>;
let from: S3Store;
let to: DirectoryStore;
let count = 0;
beforeEach(async () => {
  count += 1;
  folder = join(scratch, String(count));
  fake = createFakeBucket();
  from = new S3Store(fake.client, 'bucket');
  to = new DirectoryStore(folder);
  keys = await putFinishedRun(from, 'r');
});

const fetchIt = (
  options: { isForced?: boolean; signal?: AbortSignal; onFetched?: (key: string) => void } = {},
) =>
  fetchRun({
    runId: 'r',
    from,
    to,
    isForced: false,
    signal: new AbortController().signal,
    onFetched: () => {},
    ...options,
  });
const filesIn = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.store'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();

test('fetches everything that run.json lists, and run.json last', async () => {
  const { fetched, kept, isFinished } = await fetchIt();
  expect({ fetched, kept, isFinished }).toEqual({ fetched: keys, kept: [], isFinished: true });
  expect(fetched.at(-1)).toBe(marker);
  expect(filesIn(folder)).toEqual([...keys].sort());
  for (const key of keys)
    expect(new Uint8Array(readFileSync(join(folder, key)))).toEqual(await from.get(key));
});

test('a second fetch downloads no artifact', async () => {
  await fetchIt();
  fake.mock.resetHistory();
  expect(await fetchIt()).toMatchObject({ fetched: [], kept: keys });
  const asked = fake.mock.commandCalls(GetObjectCommand).map(({ args }) => args[0].input.Key);
  expect([...new Set(asked)].sort()).toEqual([objectKeys.config('r'), marker].sort());
});

test.each<[string, (path: string) => void]>([
  ['cut short', (path) => truncateSync(path, 3)],
  ['altered at the same length', (path) => writeFileSync(path, 'THE WEIGHTS')],
])('only a file that is %s is fetched again', async (_, spoil) => {
  await fetchIt();
  spoil(join(folder, weights));
  expect(await fetchIt()).toMatchObject({ fetched: [weights] });
  expect(readFileSync(join(folder, weights), 'utf8')).toBe('the weights');
});

test('after a broken connection there is no run.json and no partial file, and the next fetch gets the rest', async () => {
  fake.mock.on(GetObjectCommand, { Key: weights }).rejects(s3Error('SlowDown', 503));
  await expect(fetchIt()).rejects.toMatchObject({ name: 'StoreUnavailable' });
  const before = filesIn(folder);
  expect(before).not.toContain(marker);
  expect(before).not.toContain(weights);
  expect(before.length).toBeGreaterThan(0);

  fake.mock.on(GetObjectCommand, { Key: weights }).callsFake(async () => ({
    Body: [new TextEncoder().encode('the weights')],
    Metadata: {},
  }));
  const { fetched, kept } = await fetchIt();
  expect([...kept].sort()).toEqual(before);
  expect([...fetched, ...kept].sort()).toEqual([...keys].sort());
});

test('a signal stops it between two files', async () => {
  const stop = new AbortController();
  await expect(fetchIt({ signal: stop.signal, onFetched: () => stop.abort('SIGINT') })).rejects.toMatchObject(
    {
      name: 'Interrupted',
      message: expect.stringMatching(/Stopped after 1 of 7 files.*same command/),
    },
  );
  expect(filesIn(folder)).toHaveLength(1);
});

test("bytes that differ from run.json's checksum are refused, even if their own checksum fits", async () => {
  await from.put(weights, new TextEncoder().encode('THE WEIGHTS'));
  await expect(fetchIt()).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringMatching(/weights\.bin .* is not what the run wrote/),
  });
  expect(filesIn(folder)).not.toContain(weights);
  expect(filesIn(folder)).not.toContain(marker);
});

test('a run.json that lists files of another run is refused before anything is written', async () => {
  const record = await getJson(from, marker, runRecordSchema);
  const [first, ...others] = record.artifacts;
  await from.put(marker, encodeJson({ ...record, artifacts: [{ ...first!, key: 'runs/s/x' }, ...others] }));
  await expect(fetchIt()).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringContaining('"runs/s/x", which is not a file of the run "r"'),
  });
  expect(() => readdirSync(folder)).toThrow('ENOENT');
});

describe('a name that is taken', () => {
  test('another run of the same name in the folder is not changed', async () => {
    const config = await from.get(objectKeys.config('r'));
    const other = new TextDecoder().decode(config).replace('2026-11-25', '2026-11-24');
    await to.put(objectKeys.config('r'), new TextEncoder().encode(other));
    await expect(fetchIt()).rejects.toMatchObject({
      name: 'RunExists',
      message: expect.stringMatching(/has another run "r" already.*--to/),
    });
    expect(filesIn(folder)).toEqual([objectKeys.config('r')]);
  });

  test('an unfinished run does not replace a finished one', async () => {
    await fetchIt();
    fake.objects.delete(marker);
    await expect(fetchIt({ isForced: true })).rejects.toMatchObject({ name: 'RunExists' });
  });
});

describe('a run without run.json', () => {
  beforeEach(async () => {
    fake.objects.clear();
    await putConfig(from, 'r');
    await putHistory(from, 'r', 1);
    await from.put(objectKeys.checkpoint('r', 0), new Uint8Array(3));
  });

  test('is refused', async () => {
    await expect(fetchIt()).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(/"r" in s3:\/\/bucket is not finished.*2 files.*--force/),
    });
  });

  test('is fetched with --force, without its checkpoints, and completed by a later fetch', async () => {
    const outcome = await fetchIt({ isForced: true });
    expect(outcome).toEqual({
      fetched: [objectKeys.config('r'), objectKeys.history('r')],
      kept: [],
      isFinished: false,
    });
    keys = await putFinishedRun(from, 'r');
    // The history in the bucket has grown, so its file differs.
    expect(await fetchIt()).toMatchObject({ isFinished: true, kept: [objectKeys.config('r')] });
    expect(filesIn(folder)).toEqual([...keys].sort());
  });

  test('an unknown run is reported as unknown', async () => {
    fake.objects.clear();
    await expect(fetchIt({ isForced: true })).rejects.toMatchObject({
      name: 'ArtifactNotFound',
      message: expect.stringContaining('There is no run "r" in s3://bucket'),
    });
  });
});
