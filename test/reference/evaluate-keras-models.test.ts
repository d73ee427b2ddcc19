import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMnistFolder } from '../../lib/dataset/built-in-mnist';
import { rawFileNames } from '../../lib/sources/idx/idx-names';
import { runCommand } from '../support/command-line';
import { parseIdx } from '../support/parse-idx';
import { type KerasVersion, runPython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';
import { encodeIdx } from '../support/tiny-dataset';

const folder = useScratchFolder();
const mnist = findMnistFolder();
const count = 100;

/** The images for which Keras predicts, as a dataset. */
beforeAll(() => {
  for (const [images, labels] of [
    [rawFileNames.trainImages, rawFileNames.trainLabels],
    [rawFileNames.testImages, rawFileNames.testLabels],
  ] as const) {
    const read = (file: string) => parseIdx(readFileSync(join(mnist, file))).data;
    writeFileSync(join(folder, images), encodeIdx([count, 28, 28], read(images).slice(0, count * 784)));
    writeFileSync(join(folder, labels), encodeIdx([count], read(labels).slice(0, count)));
  }
});

interface Row {
  readonly name: string;
  readonly file: string;
  readonly loss: number;
  readonly accuracy: number;
}

interface Table {
  readonly version: string;
  readonly written: readonly Row[];
  readonly unloadable: readonly string[];
}

/** Keras computes in float16, this project in float32. */
const inHalves = /^mixed_/;

/** Models that these versions of Keras save but cannot load. */
const unloadable: Record<KerasVersion, readonly string[]> = {
  'keras 2': [],
  tf_keras: [],
  'older keras': [
    'activation that is a layer, .keras',
    'nested sequential, .h5',
    'nested functional, .keras',
    'nested functional, .h5',
    'models in models, .h5',
    'batch normalization, .h5',
  ],
  keras: ['layer normalization, .h5'],
};

test.each<[KerasVersion, RegExp, 'h5' | 'keras']>([
  ['keras 2', /^2\.15\./, 'h5'],
  ['tf_keras', /^2\.21\./, 'keras'],
  ['older keras', /^3\.0\./, 'h5'],
  ['keras', /^3\.15\./, 'keras'],
])(
  'every model of the table that %s of the series %s saves has the same evaluation as in Keras',
  async (reference, series, ending) => {
    const table = runPython<Table>('keras_write_table.py', [folder, mnist, ending], reference);
    expect(table.version).toMatch(series);
    expect(table.unloadable).toEqual(unloadable[reference]);
    expect(new Set(table.written.map(({ name }) => name)).size).toBeGreaterThan(45);
    const evaluated: string[] = [];
    for (const { name, file, loss, accuracy } of table.written) {
      const args = ['--model', join(folder, file), '--dataset', folder, '--store', join(folder, 'artifacts')];
      const { exitCode, out, err } = await runCommand(['evaluate', ...args, '--json']);
      const title = `${name} (${file})`;
      expect({ title, exitCode, err }).toEqual({ title, exitCode: 0, err: '' });
      const ours = JSON.parse(out) as { loss: number; accuracy: number };
      const [lossDigits, accuracyDigits] = inHalves.test(name) ? [2, 1] : [4, 4];
      expect({ title, loss: ours.loss, accuracy: ours.accuracy }).toEqual({
        title,
        loss: expect.closeTo(loss, lossDigits),
        accuracy: expect.closeTo(accuracy, accuracyDigits),
      });
      evaluated.push(`${title.padEnd(45)} loss ${loss.toFixed(4)} ${ours.loss.toFixed(4)}`);
    }
    process.stderr.write(
      `${reference} ${table.version}, Keras' figures and ours:\n  ${evaluated.join('\n  ')}\n`,
    );
  },
);
