import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageDataId } from '../../lib/try-it/page-data';
import { runCommand } from '../support/command-line';
import { makePng } from '../support/make-png';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const store = join(folder, 'store');
const sides = ['left', 'right'] as const;

/** Images whose named half is dark. The negative of one class looks like the other class. */
function drawImage(side: (typeof sides)[number], brightness: number): Buffer {
  const samples = Array.from({ length: 64 }, (_, at) =>
    at % 8 < 4 === (side === 'left') ? brightness : 255 - brightness,
  );
  return makePng({ shape: [8, 8], color: 'gray', depth: 8, samples });
}

beforeAll(async () => {
  for (const side of sides) {
    mkdirSync(join(folder, 'halves', side), { recursive: true });
    for (let index = 0; index < 16; index += 1)
      writeFileSync(join(folder, 'halves', side, `${index}.png`), drawImage(side, 5 * index));
  }
  cpSync(join(folder, 'halves'), join(folder, 'copy'), { recursive: true });
  const small = [
    '--engine',
    'wasm',
    '--hidden',
    '8',
    '--epochs',
    '10',
    '--batch-size',
    '4',
    '--learning-rate',
    '0.01',
  ];
  for (const [runId, flags] of runs) {
    const args = ['train', runId, '--dataset', join(folder, 'halves'), '--store', store, ...small, ...flags];
    expect(await runCommand(args)).toMatchObject({ exitCode: 0 });
  }
}, 120_000);

const runs = [
  ['plain', []],
  ['negative', ['--invert']],
] as const;

const readRunFile = (runId: string, name: string) => readFileSync(join(store, 'runs', runId, name), 'utf8');

describe.each(runs)('a model of %s images', (runId, flags) => {
  const isInverted = flags.length > 0;
  const evaluate = async (...args: string[]) => {
    const { out } = await runCommand(['evaluate', runId, '--store', store, '--json', ...args]);
    const { dataset, accuracy } = JSON.parse(out);
    return { dataset, accuracy };
  };

  test('predict prepares an image as the training did', async () => {
    const image = join(folder, 'halves', 'left', '3.png');
    const { out } = await runCommand(['predict', image, '--run-id', runId, '--store', store, '--json']);
    expect(JSON.parse(out)).toMatchObject({ predictedName: 'left', reading: { isInverted } });
    const other = await runCommand([
      ...['predict', image, '--run-id', runId, '--store', store, '--json'],
      isInverted ? '--no-invert' : '--invert',
    ]);
    expect(JSON.parse(other.out).predictedName).toBe('right');
  });

  test('evaluate reads the dataset of the run as the training did, and another as its options say', async () => {
    const dataset = join(folder, 'halves');
    expect(await evaluate()).toEqual({ dataset, accuracy: 1 });
    expect(await evaluate('--dataset', dataset)).toEqual({ dataset, accuracy: 1 });
    const copy = join(folder, 'copy');
    expect(await evaluate('--dataset', copy, ...flags)).toEqual({ dataset: copy, accuracy: 1 });
    if (isInverted) expect((await evaluate('--dataset', copy)).accuracy).toBe(0);
  });

  test('the try-it page knows it', () => {
    const page = readRunFile(runId, 'try-it.html');
    const data = new RegExp(`<script[^>]*id="${pageDataId}"[^>]*>(.*?)</script>`, 's').exec(page)![1]!;
    expect(JSON.parse(data).preparation).toEqual({ isCentered: false, isInverted });
  });

  test('the model files and the card say it', () => {
    const said = 'gray values divided by 255, then subtracted from 1, so in [0, 1]';
    expect(readRunFile(runId, 'model/README.md').includes(said)).toBe(isInverted);
    expect(readRunFile(runId, 'model/model.onnx').includes(said)).toBe(isInverted);
    expect(readRunFile(runId, 'model/model.onnx').includes('inverted')).toBe(isInverted);
    expect(readRunFile(runId, 'model/model.safetensors').includes('"inverted":"true"')).toBe(isInverted);
    const { userDefinedMetadata } = JSON.parse(readRunFile(runId, 'model/model.json'));
    expect(userDefinedMetadata.preparation.isInverted).toBe(isInverted);
  });
});
