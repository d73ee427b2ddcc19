import { createStyles } from '../../cli/display/styles';
import { textWidth } from '../../cli/display/text-width';
import { printOutcome } from '../../cli/print-outcome';
import { objectKeys } from '../../lib/contracts/object-keys';
import { predictionsSchema, runRecordSchema } from '../../lib/contracts/results';
import { putJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { makeComparedRun, makeScoredLabels, scoreAll } from '../support/report-factory';

async function print(classNames: string[] | undefined, isJson = false): Promise<string> {
  const store = new MemoryStore();
  const { record } = makeComparedRun('a-run');
  await putJson(store, objectKeys.runRecord('a-run'), runRecordSchema, record);
  await putJson(store, objectKeys.predictions('a-run'), predictionsSchema, {
    schemaVersion: 1,
    runId: 'a-run',
    classNames,
    predictions: scoreAll(makeScoredLabels()).firstPredictions(),
  });
  const printed: string[] = [];
  const terminal = {
    print: (text: string) => printed.push(text),
    report: () => {},
    styles: createStyles({}, {}),
    columns: 80,
    signal: new AbortController().signal,
    now: () => new Date(),
  };
  await printOutcome({ store, runId: 'a-run', isJson }, terminal);
  return printed.join('\n');
}

const clothes = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

test.each([
  ['of a run of an earlier version', undefined],
  ['that are numbers', ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']],
])('names %s are one row of labels and one of predictions', async (_, classNames) => {
  const text = await print(classNames);
  expect(text).toContain('  labels         0  7  4  1  8  5  2  9  6  3\n');
  expect(text).toContain('  predictions    0  7  4  1  8  5  2  9  7  3');
});

test('names are a table with a row for each image', async () => {
  const lines = (await print(clothes)).split('\n').map((line) => line.trimEnd());
  expect(lines).toContain('  first images   label        prediction');
  expect(lines).toContain('                 T-shirt/top  T-shirt/top');
  expect(lines).toContain('                 Shirt        Sneaker      wrong');
});

test('long names and control characters leave a terminal of 80 columns as it is', async () => {
  const hostile = clothes.map((name, index) => `${index}\u001b[2J\n\u202e${'毛'.repeat(100)}${name}`);
  const text = await print(hostile);
  expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  expect(text.split('first images')[1]!.split('\n')).toHaveLength(11);
  for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80);
});

test('the JSON has the numbers and the names', async () => {
  expect(JSON.parse(await print(clothes, true))).toMatchObject({
    classNames: clothes,
    labels: [0, 7, 4, 1, 8, 5, 2, 9, 6, 3],
  });
});
