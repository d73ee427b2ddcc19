import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { encodeJson } from '../../lib/store/json-objects';
import { openStore } from '../../lib/store/open-store';
import { writeMnistSubset } from '../browser/mnist-subset';
import { runCommand } from '../support/command-line';
import { makePng } from '../support/make-png';
import { useScratchFolder } from '../support/scratch-folder';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/blank-drawings').blankDrawings(),
);
jest.mock('../../lib/try-it/page-app', () => jest.requireActual('../support/blank-app').blankApp());

const folder = useScratchFolder();
const store = join(folder, 'trained');
const image = join(folder, 'bar.png');
const long = 'long name '.repeat(20).trim();
/** Every class has a name that a terminal could not show as it is. */
const classNames = Array.from({ length: 10 }, (_, label) => `\u001b[2J毛衣 ${label}\n${long}`);

beforeAll(async () => {
  const dataset = join(folder, 'digits');
  await writeMnistSubset(dataset, { trainCount: 200, testCount: 50 });
  const small = ['--engine', 'wasm', '--hidden', '8', '--epochs', '1'];
  await runCommand(['train', ...small, '--dataset', dataset, '--store', store, '--run-id', 'r']);
  const samples = Array.from({ length: 81 }, (_, at) => (at % 9 === 4 ? 255 : 0));
  writeFileSync(image, makePng({ shape: [9, 9], color: 'gray', depth: 8, samples }));
  await relabel({ classNames, white: 16 });
}, 60_000);

/** Replaces the labels of the model. */
async function relabel(labels: object): Promise<void> {
  const opened = await openStore(store);
  const key = objectKeys.modelTopology('r');
  const file = JSON.parse(new TextDecoder().decode(await opened.get(key)));
  const { userDefinedMetadata, ...others } = file;
  await opened.put(
    key,
    encodeJson({ ...others, userDefinedMetadata: { ...userDefinedMetadata, ...labels } }),
  );
}

const predict = (...args: string[]) => runCommand(['predict', '--store', store, ...args]);

test('an answer has the name of the class, on one line and without control characters', async () => {
  const { out, exitCode } = await predict(image);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^\[2J毛衣 \d long name long nam.*… {2}\(run r\)\n/);
  expect(out).toMatch(/Its white is 1 for the model, as 16 was in the training data\.\n$/);
  expect(out).not.toMatch(/[^\P{Cc}\n]/u);
  for (const line of out.split('\n').slice(0, 6)) expect(line.length).toBeLessThan(80);
});

test('a table of answers has a column of classes', async () => {
  const { out } = await predict(image, image);
  expect(out).toMatch(/^ {2}image +class +probability +note\n/);
  expect(out.split('\n')[1]).toContain('[2J毛衣 ');
});

test('as JSON, an answer has the name and all names', async () => {
  const { predicted, predictedName, ...answer } = JSON.parse((await predict(image, '--json')).out);
  expect(predictedName).toBe(`[2J毛衣 ${predicted} ${long}`);
  expect(answer.classNames).toHaveLength(10);
  expect(answer.white).toBe(16);
});

test('evaluate has the names in its table and in its JSON', async () => {
  const evaluate = (...args: string[]) =>
    runCommand(['evaluate', 'r', '--store', store, '--dataset', join(folder, 'digits'), ...args]);
  const { out } = await evaluate();
  expect(out).toMatch(/\n {2}\[2J毛衣 0 long name long name… +\d\.\d{4} +\d\.\d{4} +\d\.\d{4} +\d+\n/);
  const { classes } = JSON.parse((await evaluate('--json')).out);
  expect(classes[9]).toMatchObject({ label: 9, name: `[2J毛衣 9 ${long}` });
});
