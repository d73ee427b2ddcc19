import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const small = ['--engine', 'wasm', '--hidden', '8', '--epochs', '1'];

beforeAll(() => writeTinyDataset(dataset));

/** No run in the store counts as finished. */
function expectNothingFinished(store: string): void {
  if (!existsSync(store)) return;
  const finished = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('run.json') || path.endsWith('latest.json'),
  );
  expect(finished).toEqual([]);
}

describe('settings', () => {
  test.each<[string[], RegExp]>([
    [['--epochs', '0'], /--epochs: .*>=1 \(received 0\)/],
    [['--epochs', '-3'], /--epochs: .*>=1 \(received -3\)/],
    [['--epochs', '1e9'], /--epochs: .*<=1000 \(received 1000000000\)/],
    [['--epochs', 'ten'], /--epochs: .*expected number.*\(received "ten"\)/],
    [['--epochs', '0x10'], /--epochs: .*expected number.*\(received "0x10"\)/],
    [['--seed', '0b11'], /--seed: .*\(received "0b11"\)/],
    [['--epochs', ' 3'], /--epochs: .*\(received " 3"\)/],
    [['--hidden', '8,0o17'], /--hidden: .*\(received "0o17"\)/],
    [['--epochs', 'Infinity'], /--epochs: .*\(received "Infinity"\)/],
    [['--epochs', '1.5'], /--epochs: .*int.*\(received 1.5\)/],
    [['--dropout', '1'], /--dropout: .*<1 \(received 1\)/],
    [['--dropout', 'NaN'], /--dropout: .*number.*\(received "NaN"\)/],
    [['--hidden', '1024,,256'], /--hidden: .*expected number.*\(received ""\)/],
    [['--hidden', '0'], /--hidden: .*>=1 \(received 0\)/],
    [['--batch-size', '0'], /--batch-size: .*>=1/],
    [['--learning-rate', '0'], /--learning-rate: .*>0/],
    [['--l2', '-1'], /--l2: .*>=0/],
    [['--min-accuracy', '98'], /--min-accuracy: .*<=1 \(received 98\)/],
    [['--schedule', 'linear'], /--schedule: .*"cosine".*\(received "linear"\)/],
    [['--clip-norm', '-1'], /--clip-norm: .*>=0/],
    [['--patience', '1.5'], /--patience: .*int.*\(received 1.5\)/],
    [['--checkpoint-steps', 'x'], /--checkpoint-steps: .*number/],
    [['--device', 'tpu'], /--device: .*"gpu"/],
    [['--seed', '-1'], /--seed: .*>=0/],
    [['--engine', 'tpu'], /--engine: .*"auto".*"native".*"wasm".*\(received "tpu"\)/],
    [['--model-name', 'My Model'], /--model-name: a model name is 1 to 63 characters/],
    [['--max-cost-usd', '-1'], /--max-cost-usd: .*>=0.*\(received -1\)/],
    [['--max-cost-usd', 'cheap'], /--max-cost-usd: .*number.*\(received "cheap"\)/],
    [['--resume-from', '../friday'], /--resume-from: a run id is 1 to 80 characters/],
    [['--resume-from', 'nobody'], /resumeFrom names the run "nobody".*has no runs\/nobody\/config\.json/],
    [['--epoch', '3'], /unknown option '--epoch'[\s\S]*Did you mean --epochs\?/],
    [['first', 'second'], /too many arguments/],
    [
      ['--run-id', '../../escape'],
      /The run id cannot be used\. a run id is 1 to 80 characters.*received "\.\.\/\.\.\/escape"/,
    ],
    [['--run-id', 'a/b'], /a run id is 1 to 80 characters/],
    [['--run-id', ''], /a run id is 1 to 80 characters/],
  ])('train %j', async (flags, message) => {
    const store = join(folder, 'untouched');
    const { exitCode, out, err } = await runCommand([
      'train',
      '--dataset',
      dataset,
      '--store',
      store,
      ...flags,
    ]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(message);
    expect(existsSync(store)).toBe(false);
  });

  test.each([
    [
      'an unknown key',
      '{"epoch": 3}',
      /The config file ".*" cannot be used\. Unrecognized key: "epoch"\. Did you mean "epochs"\?/,
    ],
    ['a wrong value', '{"epochs": "3"}', /config file.*"epochs": .*\(received "3"\)/],
    ['text that is not JSON', 'epochs: 3', /config file ".*" is not JSON/],
    ['a list', '[]', /config file.*expected object, received array/],
    ['nothing', undefined, /config file ".*" cannot be read \(ENOENT\)/],
  ])('a config file with %s', async (name, text, message) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.json`);
    if (text !== undefined) writeFileSync(file, text);
    const { exitCode, err } = await runCommand([
      'train',
      '--config',
      file,
      '--store',
      join(folder, 'untouched'),
    ]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  });

  test('a config file in a Windows encoding is read: the message is about its wrong value', async () => {
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const file = join(folder, `marked-${encoding}.json`);
      writeFileSync(file, Buffer.from('\ufeff{"epochs": "3"}', encoding));
      const { exitCode, err } = await runCommand([
        'train',
        '--config',
        file,
        '--store',
        join(folder, 'untouched'),
      ]);
      expect(exitCode).toBe(2);
      expect(err).toMatch(/config file.*"epochs": .*\(received "3"\)/);
    }
  });

  test('an unknown command', async () => {
    expect(await runCommand(['trian'])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/unknown command 'trian'[\s\S]*Did you mean train\?/),
    });
  });

  test.each([[['help']], [['--help']], [['help', 'train']], [['--version']]])('%j succeeds', async (args) => {
    const { exitCode, out, err } = await runCommand(args);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).not.toBe('');
  });
});

describe('datasets', () => {
  const images = 'train-images-idx3-ubyte';
  const labels = 'train-labels-idx1-ubyte';
  const edit = (file: string, change: (bytes: Buffer) => Buffer | string) => (source: string) => {
    writeFileSync(join(source, file), change(readFileSync(join(source, file))));
  };
  const set = (offset: number, value: number) => (bytes: Buffer) => {
    bytes[offset] = value;
    return bytes;
  };

  test.each<[string, (source: string) => void, RegExp]>([
    ['truncated', edit(images, (bytes) => bytes.subarray(0, 1000)), /train-images-idx3-ubyte/],
    ['with a wrong magic', edit(images, set(0, 7)), /train-images-idx3-ubyte.*magic|magic.*train-images/i],
    [
      'that is an HTML page',
      edit(images, () => '<!DOCTYPE html><html>Not found</html>'),
      /train-images-idx3-ubyte.*HTML/,
    ],
    [
      'whose counts differ',
      edit(labels, (bytes) => {
        bytes.writeUInt32BE(199, 4);
        return bytes.subarray(0, -1);
      }),
      /200.*199|199.*200/,
    ],
    [
      'without images',
      (source) => {
        edit(images, (bytes) => {
          bytes.writeUInt32BE(0, 4);
          return bytes.subarray(0, 16);
        })(source);
        edit(labels, (bytes) => {
          bytes.writeUInt32BE(0, 4);
          return bytes.subarray(0, 8);
        })(source);
      },
      /empty|no images|0 images/i,
    ],
  ])('%s', async (name, spoil, message) => {
    const source = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(source);
    await writeTinyDataset(source);
    spoil(source);
    const store = join(folder, `store-${name.replaceAll(' ', '-')}`);
    const outcome = await runCommand(['train', ...small, '--dataset', source, '--store', store]);
    expect({ exitCode: outcome.exitCode, out: outcome.out }).toEqual({ exitCode: 2, out: '' });
    expect(outcome.err).toMatch(/InvalidDataset/);
    expect(outcome.err).toMatch(message);
    expectNothingFinished(store);
  });

  test('a missing folder', async () => {
    const outcome = await runCommand([
      'train',
      ...small,
      '--dataset',
      join(folder, 'nowhere'),
      '--store',
      join(folder, 's'),
    ]);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.err).toMatch(/nowhere/);
  });

  test('a shard that was altered after it was written', async () => {
    const store = join(folder, 'altered');
    await runCommand(['train', ...small, '--dataset', dataset, '--store', store]);
    const shard = readdirSync(store, { recursive: true, encoding: 'utf8' }).find(
      (path) => path.startsWith('datasets') && path.endsWith('train-00000.npz'),
    )!;
    edit(shard, set(200, 77))(store);
    const outcome = await runCommand([
      'train',
      ...small,
      '--dataset',
      dataset,
      '--store',
      store,
      '--run-id',
      'after',
    ]);
    expect({ exitCode: outcome.exitCode, out: outcome.out }).toEqual({ exitCode: 2, out: '' });
    expect(outcome.err).toMatch(/CorruptArtifact: .*train-00000\.npz/);
    expect(existsSync(join(store, 'runs/after/run.json'))).toBe(false);
  });
});

test('an unavailable device', async () => {
  const flags = [
    '--engine',
    'wasm',
    '--device',
    'gpu',
    '--dataset',
    dataset,
    '--store',
    join(folder, 'no-gpu'),
  ];
  const outcome = await runCommand(['train', ...flags]);
  expect({ exitCode: outcome.exitCode, out: outcome.out }).toEqual({ exitCode: 2, out: '' });
  expect(outcome.err).toMatch(
    /EngineUnavailable: The device "gpu" was requested, and WASM computes on the CPU only/,
  );
});

describe('stores', () => {
  test('a store under a file', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const outcome = await runCommand([
      'train',
      ...small,
      '--dataset',
      dataset,
      '--store',
      join(file, 'store'),
    ]);
    expect(outcome).toMatchObject({ exitCode: 2, out: '' });
    expect(outcome.err).toMatch(/InvalidInput: .*file is a file, and a folder is needed/);
    const runs = await runCommand(['runs', '--store', file]);
    expect(runs).toMatchObject({ exitCode: 2, out: '' });
    expect(runs.err.trim()).toBe(outcome.err.trim().split('\n').at(-1));
  });
});

test('no such run', async () => {
  const store = join(folder, 'no-runs');
  expect(await runCommand(['show', 'nobody', '--store', store])).toMatchObject({
    exitCode: 2,
    err: expect.stringMatching(
      /There is no run "nobody" in .*"mnist-pipeline runs --store .*" lists the runs/,
    ),
  });
});
