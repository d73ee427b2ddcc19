import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

beforeAll(async () => {
  const dataset = join(folder, 'digits');
  await writeMnistSubset(dataset, { trainCount: 200, testCount: 50 });
  const small = ['--engine', 'wasm', '--hidden', '8', '--epochs', '1'];
  await runCommand(['train', ...small, '--dataset', dataset, '--store', store, '--run-id', 'r']);
}, 60_000);

const write = (name: string, bytes: Uint8Array | string) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
/** A vertical bar in the middle of 9 × 12 pixels. */
const bar = (ink: number, paper: number, shape: readonly [number, number] = [12, 9]) => {
  const samples = Array.from({ length: shape[0] * shape[1] }, (_, at) => {
    const isInk = at % shape[1] === shape[1] >> 1 && at > shape[1] && at < (shape[0] - 1) * shape[1];
    return isInk ? ink : paper;
  });
  return makePng({ shape, color: 'gray', depth: 8, samples });
};
const predict = (...args: string[]) => runCommand(['predict', '--store', store, ...args]);
const predictJson = async (...args: string[]) => JSON.parse((await predict(...args, '--json')).out);

test('an image of any size: the three most likely classes, and how the image was read', async () => {
  const outcome = await predict(write('dark.png', bar(0, 255)));
  expect(outcome).toMatchObject({ exitCode: 0, err: '' });
  expect(outcome.out).toMatch(
    /^\d {2}\(run r\)\n\n( +\d +\d+\.\d\d %\n){3}\n(?:Do not rely on this answer: .+\n\n)?Read as a dark digit on a light background, according to its border \(otherwise give --no-invert\); 9×12 pixels of PNG, scaled and centered\.\n$/,
  );
});

test('two digits in one image get a warning, in text and in JSON', async () => {
  const samples = Array.from({ length: 12 * 12 }, (_, at) =>
    [2, 9].includes(at % 12) && at > 12 && at < 132 ? 255 : 0,
  );
  const image = write('eleven.png', makePng({ shape: [12, 12], color: 'gray', depth: 8, samples }));
  expect((await predictJson(image)).doubts[0]).toContain('more than one digit');
  expect((await predict(image)).out).toMatch(
    /\nDo not rely on this answer: This looks like more than one digit/,
  );
});

test('as JSON, with ten probabilities', async () => {
  const image = write('light.png', bar(255, 0));
  const answer = await predictJson(image, '--run-id', 'r');
  expect(answer).toMatchObject({
    ...{ runId: 'r', image, predicted: expect.any(Number) },
    reading: {
      ...{ ink: 'light', decidedBy: 'border', isCentered: true },
      ...{ format: 'PNG', width: 9, height: 12 },
    },
  });
  expect(answer.probabilities).toHaveLength(10);
  expect(answer.probabilities.reduce((sum: number, each: number) => sum + each)).toBeCloseTo(1, 5);
});

test('dark on light, light on dark and a transparent background give the same prediction', async () => {
  const samples = Array.from({ length: 108 }, (_, at) =>
    at % 9 === 4 && at > 9 && at < 99 ? [0, 255] : [0, 0],
  );
  const onNothing = makePng({ shape: [12, 9], color: 'greyAlpha', depth: 8, samples: samples.flat() });
  const light = await predictJson(write('light.png', bar(255, 0)));
  for (const path of [write('dark.png', bar(0, 255)), write('nothing.png', onNothing)])
    expect((await predictJson(path)).probabilities).toEqual(light.probabilities);
  const { out } = await predict(join(folder, 'nothing.png'));
  expect(out).toContain(
    '\nRead as a digit on a transparent background; 9×12 pixels of PNG, scaled and centered.\n',
  );
});

test.each([
  ['--invert', bar(0, 255), 'dark'],
  ['--no-invert', bar(255, 0), 'light'],
] as const)('%s is applied and reported', async (flag, image, ink) => {
  const path = write(`${ink}.png`, image);
  expect(await predictJson(path, flag)).toMatchObject({ reading: { ink, decidedBy: 'flag' } });
  expect((await predict(path, flag)).out).toContain(', as given; ');
});

test('--raw passes the image to the model unchanged, --invert its negative', async () => {
  const light = write('raw-light.png', bar(255, 0, [28, 28]));
  const dark = write('raw-dark.png', bar(0, 255, [28, 28]));
  const raw = await predictJson(light, '--raw');
  expect(raw.reading).toMatchObject({ isCentered: false, width: 28, height: 28 });
  expect((await predictJson(dark, '--raw', '--invert')).probabilities).toEqual(raw.probabilities);
  expect((await predictJson(dark, '--raw')).probabilities).not.toEqual(raw.probabilities);
  expect((await predict(light, '--raw')).out).toContain('28×28 pixels of PNG, unchanged.');
});

test.each<[string, () => string[], RegExp]>([
  [
    '--raw with another size',
    () => [write('large.png', bar(0, 255)), '--raw'],
    /large\.png is 9×12 pixels.*trained on 28×28/,
  ],
  [
    'white',
    () => [write('white.png', bar(255, 255))],
    /InvalidInput: There is no digit here: all 9×12 pixels of .*white\.png/,
  ],
  [
    'the wrong flag',
    () => [write('dark.png', bar(0, 255)), '--no-invert'],
    /nothing in .*dark\.png is lighter.*Leave out --no-invert/,
  ],
  ['no image', () => [write('text.png', 'hello')], /text\.png is not a PNG, JPEG, WebP, BMP or GIF/],
  ['damaged', () => [write('cut.png', bar(0, 255).subarray(0, -5))], /cut\.png is a damaged PNG: it has/],
  ['not there', () => [join(folder, 'missing.png')], /missing\.png" cannot be read \(ENOENT\)/],
  ['a folder without images', () => [store], /The folder .*trained" has no images\. Give a folder with PNG/],
])('%s: exit code 2 and a message', async (_, makeArguments, message) => {
  const outcome = await predict(...makeArguments());
  expect(outcome).toMatchObject({ exitCode: 2, out: '' });
  expect(outcome.err).toMatch(message);
});

describe('several images', () => {
  const light = () => write('a-light.png', bar(255, 0));
  const broken = () => write('b-broken.png', 'hello');
  const dark = () => write('c-dark.png', bar(0, 255));

  test('are rows of a table; one that is unreadable has its message, and the exit code is 2', async () => {
    const paths = [light(), broken(), dark()];
    const { exitCode, out, err } = await predict(...paths);
    const [heading, ...rows] = out.split('\n');
    expect(heading).toMatch(/^ {2}image +digit {2}probability {2}note$/);
    expect(rows[0]).toMatch(/a-light\.png +\d +\d+\.\d\d %/);
    expect(rows[1]).toMatch(/b-broken\.png {2,}.*b-broken\.png is not a PNG/);
    expect(rows[2]).toMatch(/c-dark\.png +\d +\d+\.\d\d %/);
    expect(out).toContain('\n  run r\n');
    expect(err).toMatch(/InvalidInput: 1 of 3 images could not be classified/);
    expect(exitCode).toBe(2);
  });

  test('are an array as JSON, each like that of a single image', async () => {
    const paths = [light(), broken(), dark()];
    const { exitCode, out } = await predict(...paths, '--json');
    const [first, second, third] = JSON.parse(out);
    expect(first).toEqual(await predictJson(paths[0]!));
    expect(second).toEqual({
      runId: 'r',
      image: paths[1],
      error: { name: 'InvalidInput', message: expect.stringContaining('is not a PNG') },
    });
    expect(third.probabilities).toEqual(first.probabilities);
    expect(exitCode).toBe(2);
  });

  test('of a folder are its image files in the order of their names', async () => {
    const images = join(folder, 'images');
    mkdirSync(images);
    for (const name of ['2.png', '1.PNG']) writeFileSync(join(images, name), bar(255, 0));
    writeFileSync(join(images, 'notes.txt'), '');
    const { exitCode, out, err } = await predict(images, '--json');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(JSON.parse(out).map(({ image }: { image: string }) => image)).toEqual(
      ['1.PNG', '2.png'].map((name) => join(images, name)),
    );
  });
});

test.each(['latest', 'best'])('--run-id %s', async (runId) => {
  expect(await predictJson(write('light.png', bar(255, 0)), '--run-id', runId)).toMatchObject({ runId: 'r' });
});

test('a file of more than 256 MiB is not read', async () => {
  const path = write('large.bmp', 'BM');
  truncateSync(path, 256 * 2 ** 20 + 1);
  expect(await predict(path)).toMatchObject({
    exitCode: 2,
    err: expect.stringMatching(/large\.bmp" has 268435457 bytes, and 268435456 at most are read/),
  });
});

test('no model yet', async () => {
  const path = write('dark.png', bar(0, 255));
  expect(await runCommand(['predict', path, '--store', join(folder, 'empty')])).toMatchObject({
    exitCode: 2,
    err: expect.stringMatching(/No model is registered in .*Train one with .* or give a run id\./),
  });
});
