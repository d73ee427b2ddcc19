import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { planPreprocessing } from '../../lib/pipeline/steps/plan';
import { takeBackStart } from '../../lib/pipeline/take-back-start';
import { DirectoryStore } from '../../lib/store/directory-store';
import { runCommand } from '../support/command-line';
import { makePng } from '../support/make-png';
import { createStepContext } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { encodeTypedIdx, writeTinyDataset } from '../support/tiny-dataset';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/blank-drawings').blankDrawings(),
);
jest.mock('../../lib/try-it/page-app', () => jest.requireActual('../support/blank-app').blankApp());

/** A refused start is not a run: it writes nothing, and its run id stays free for the corrected command. */
const folder = useScratchFolder();
const small = ['--epochs', '1', '--run-id', 'friday'];
const perceptron = ['--hidden', '8', '--engine', 'wasm'];
const labels = 'train-labels-idx1-ubyte';

let count = 0;
let dataset: string;
let store: string;
beforeEach(async () => {
  count += 1;
  dataset = join(folder, `digits-${count}`);
  store = join(folder, `store-${count}`);
  await writeTinyDataset(dataset);
});

const train = (...flags: string[]) =>
  runCommand(['train', '--dataset', dataset, '--store', store, ...small, ...flags]);

/** Every file and its content. */
function readStore(): Record<string, string> {
  if (!existsSync(store)) return {};
  const files = readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(store.length), readFileSync(path, 'base64')];
    }),
  );
}

async function expectRefused(name: string, message: RegExp, flags: readonly string[]): Promise<void> {
  const before = readStore();
  const { exitCode, out, err } = await train(...flags);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err).toMatch(new RegExp(`${name}: .*${message.source}`));
  expect(readStore()).toEqual(before);
  const { out: runs } = await runCommand(['runs', '--store', store, '--json']);
  expect(JSON.parse(runs).map(({ runId }: { runId: string }) => runId)).not.toContain('friday');
}

/** The command that the message suggests, with the same run id. */
async function expectAccepted(...flags: string[]): Promise<void> {
  const { exitCode, err } = await train(...flags);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: expect.not.stringContaining('Continuing') });
}

test('a label beyond --classes; accepted with more', async () => {
  const bytes = readFileSync(join(dataset, labels));
  bytes[20] = 10;
  writeFileSync(join(dataset, labels), bytes);
  await expectRefused('InvalidDataset', /labels are 0 to 9 with 10 classes.*set "classes" to 11/, [
    ...perceptron,
    '--classes',
    '10',
  ]);
  await expectAccepted(...perceptron, '--classes', '11');
});

test('a folder without a dataset; accepted with another folder', async () => {
  await expectRefused('InvalidDataset', /has no train-images/, [...perceptron, '--dataset', folder]);
  await expectAccepted(...perceptron);
});

test('too few images to hold out some of each label; accepted with the suggested fraction', async () => {
  const flags = [...perceptron, '--validation-fraction', '0.01'];
  await expectRefused(
    'InvalidInput',
    /hold out 0 of 20 with label 0.*validationFraction of at least 0\.025/,
    flags,
  );
  await expectAccepted(...perceptron, '--validation-fraction', '0.025');
});

test('augmentation that moves the ink out of the images; accepted with a smaller shift', async () => {
  await expectRefused(
    'InvalidInput',
    /6×6 pixels, and shiftPixels 3 moves.*less than 3, half of the shorter side/,
    [...perceptron, ...['--shift-pixels', '3']],
  );
  await expectAccepted(...perceptron, '--shift-pixels', '2');
  expect(existsSync(join(store, 'runs/friday/augmented-examples.png'))).toBe(true);
  expect(readFileSync(join(store, 'runs/friday/report.html'), 'utf8')).toContain('id="augmentation"');
});

test('a device that the engine does not have; accepted without --device', async () => {
  await expectRefused('EngineUnavailable', /WASM computes on the CPU only/, [
    ...perceptron,
    '--device',
    'gpu',
  ]);
  await expectAccepted(...perceptron);
});

test('an unavailable engine; accepted with another engine', async () => {
  const { PATH } = process.env;
  process.env['MNIST_PIPELINE_CACHE'] = join(folder, 'no-cache');
  process.env['PATH'] = '';
  try {
    const flags = ['--hidden', '8', '--engine', 'native'];
    await expectRefused('EngineUnavailable', /Native TensorFlow cannot be used.*--engine wasm/, flags);
  } finally {
    delete process.env['MNIST_PIPELINE_CACHE'];
    process.env['PATH'] = PATH;
  }
  await expectAccepted(...perceptron);
});

test('a run to resume from that has no checkpoint; accepted without --resume-from', async () => {
  await train(...perceptron, '--run-id', 'first');
  rmSync(join(store, 'checkpoints'), { recursive: true });
  const flags = [...perceptron, '--resume-from', 'first'];
  await expectRefused('ArtifactNotFound', /has no checkpoint.*Start without resumeFrom/, flags);
  await expectAccepted(...perceptron);
});

test('a model for another image size; accepted with a dataset of that size', async () => {
  const larger = join(folder, 'larger');
  mkdirSync(larger);
  await writeTinyDataset(larger, { imageShape: [7, 7] });
  const elsewhere = join(folder, 'elsewhere');
  await train(...perceptron, '--run-id', 'first', '--dataset', larger, '--store', elsewhere);
  const model = join(elsewhere, 'runs/first/model/model.keras');
  const flags = ['--from', model, '--engine', 'wasm'];
  await expectRefused('InvalidInput', /49×8, 8, 8×10, 10, and this run's model has 36×8/, flags);
  await expectAccepted(...flags, '--dataset', larger);
});

test('a setting out of range together with --from: the weights are not stored either', async () => {
  const elsewhere = join(folder, 'elsewhere-2');
  await train(...perceptron, '--run-id', 'first', '--store', elsewhere);
  const flags = ['--from', join(elsewhere, 'runs/first/model/model.keras'), '--engine', 'wasm'];
  await expectRefused('InvalidInput', /--dropout: .*received 1/, [...flags, '--dropout', '1']);
  await expectAccepted(...flags, '--dropout', '0.2');
});

test.each([['manifest', /^prepared\/[^/]+\/manifest\.json$/, /is not JSON/]])(
  'an altered %s of an earlier run; accepted when it is deleted',
  async (_, file, message) => {
    await train(...perceptron, '--run-id', 'first');
    const [name] = readdirSync(join(store, 'datasets'));
    const root = join(store, 'datasets', name!);
    const path = readdirSync(root, { recursive: true, encoding: 'utf8' }).find((each) => file.test(each))!;
    rmSync(join(store, '.store/sha256/datasets', name!, path));
    writeFileSync(join(root, path), 'altered');
    await expectRefused('CorruptArtifact', message, perceptron);
    rmSync(join(root, path));
    await expectAccepted(...perceptron);
  },
);

describe('what only a worker can see', () => {
  /** Two classes of 40 images each, which differ. */
  function writeImages(): void {
    for (const [label, name] of ['cats', 'dogs'].entries()) {
      mkdirSync(join(dataset, name), { recursive: true });
      for (let image = 0; image < 40; image += 1) {
        const samples = Array.from({ length: 36 }, (_, at) =>
          at === image % 36 ? 255 : 100 * label + image,
        );
        const png = makePng({ shape: [6, 6], samples, color: 'gray', depth: 8 });
        writeFileSync(join(dataset, name, `${image}.png`), png);
      }
    }
  }

  test('an unreadable image of a folder; accepted with the image', async () => {
    rmSync(dataset, { recursive: true });
    writeImages();
    const path = join(dataset, 'cats/7.png');
    const whole = readFileSync(path);
    // The header stays, which is all that the plan reads.
    writeFileSync(path, whole.subarray(0, 45));
    await expectRefused('InvalidDataset', /has 2 problems:\n- cats\/7\.png cannot be read/, perceptron);
    expect(readdirSync(store)).toEqual(['.store']);
    writeFileSync(path, whole);
    await expectAccepted(...perceptron);
  });

  test('a run that waits for the shards of another one, which is refused: it is refused for the same reason', async () => {
    rmSync(dataset, { recursive: true });
    writeImages();
    const path = join(dataset, 'cats/7.png');
    writeFileSync(path, readFileSync(path).subarray(0, 45));
    const opened = new DirectoryStore(store);
    const { plan } = await planPreprocessing(runConfigSchema.parse({ dataset }), createStepContext(opened));
    const prepared = objectKeys.preparedFolder(plan.dataset, plan.contentKey);
    const other = await opened.hold(prepared);
    const waiting = train(...perceptron);
    while (!existsSync(join(store, prepared, 'plan.json'))) await new Promise(setImmediate);
    await takeBackStart({ ...plan, runId: 'other', isNew: true }, opened);
    if ('release' in other) await other.release();
    const { exitCode, err } = await waiting;
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: expect.stringMatching(/InvalidDataset: .*cats\/7\.png cannot be read/s),
    });
    expect(readdirSync(store)).toEqual(['.store']);
  });

  test('a value after the sample, beside a prepared dataset; accepted with a value in range', async () => {
    await train(...perceptron, '--run-id', 'first');
    const values = new Array(100 * 2).fill(1);
    values[150] = 0.5;
    values[160] = 7;
    const images = join(dataset, 'train-images-idx3-ubyte');
    await writeTinyDataset(dataset, { trainCount: 100, testCount: 50, imageShape: [1, 2] });
    writeFileSync(
      join(dataset, 't10k-images-idx3-ubyte'),
      encodeTypedIdx('float32', [50, 1, 2], new Array(100).fill(0.5)),
    );
    writeFileSync(images, encodeTypedIdx('float32', [100, 1, 2], values));
    await expectRefused('InvalidDataset', /image 80 of train-images.* has the value 7/, perceptron);
    values[160] = 1;
    writeFileSync(images, encodeTypedIdx('float32', [100, 1, 2], values));
    await expectAccepted(...perceptron);
  });

  test('a run that an earlier process began stays, and is continued', async () => {
    rmSync(dataset, { recursive: true });
    writeImages();
    const stopped = new AbortController();
    const command = ['train', '--dataset', dataset, '--store', store, ...small, ...perceptron];
    const stopping = runCommand(command, stopped.signal);
    while (!existsSync(join(store, 'runs/friday/config.json'))) await new Promise(setImmediate);
    stopped.abort();
    await stopping;
    const path = join(dataset, 'dogs/7.png');
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 45));
    expect((await train(...perceptron)).exitCode).toBe(2);
    expect(existsSync(join(store, 'runs/friday/config.json'))).toBe(true);
    writeFileSync(path, whole);
    const { exitCode, err } = await train(...perceptron);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: expect.stringContaining('Continuing') });
  });
});
