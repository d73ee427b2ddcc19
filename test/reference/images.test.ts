import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Conversion } from '../../lib/contracts/conversion';
import { type DatasetSettings, datasetSettingsShape } from '../../lib/contracts/dataset-settings';
import { convertRows } from '../../lib/dataset/conversion/convert-rows';
import { openImages } from '../../lib/sources/images/open-images';
import { LocalFiles } from '../../lib/sources/local-files';
import { readSlice } from '../../lib/sources/read-slice';
import { preparePython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';

interface Expected {
  /** Base64 of the bytes of each file. */
  readonly gray: Readonly<Record<string, string>>;
  readonly color: Readonly<Record<string, string>>;
  readonly scaled: readonly {
    readonly shape: readonly [height: number, width: number];
    readonly size: number;
    readonly image: string;
    readonly area: string;
    readonly box?: string;
  }[];
}

const folder = useScratchFolder();
let pillow: Expected;

beforeAll(() => {
  const script = join(__dirname, 'pillow_images.py');
  const output = execFileSync(preparePython('sources'), [script, folder], { encoding: 'utf8' });
  pillow = JSON.parse(output);
});

const makeConversion = (changes: Pick<Conversion, 'imageShape'> & Partial<Conversion>): Conversion => ({
  ...{ white: 255, black: 0, invert: false, transpose: false, resize: false },
  ...changes,
});

/** The prepared bytes of every file, base64, with the label of its folder. */
async function prepare(name: string, imageShape: Conversion['imageShape']) {
  const files = await LocalFiles.open(join(folder, name));
  const source = (await openImages(files, settings))!;
  const prepared: Record<string, string> = {};
  for (const { slices, labels } of source.sections) {
    let row = 0;
    for (const { slice, names } of slices) {
      for await (const block of readSlice(slice, files, names)) {
        if (!('values' in block)) throw new Error(`${block.nameOf(0)}: ${block.problem}`);
        const { pixels, problems } = convertRows(block, makeConversion({ imageShape }));
        expect(problems).toEqual([]);
        const label = labels.values[labels.codes[row]!];
        expect(block.nameOf(0)).toMatch(new RegExp(`^${source.classNames?.[Number(label)] ?? label}/`));
        prepared[block.nameOf(0)] = Buffer.from(pixels).toString('base64');
        row += 1;
      }
    }
  }
  return prepared;
}

const settings = Object.fromEntries(
  Object.entries(datasetSettingsShape).map(([name, schema]) => [name, schema.parse(undefined)]),
) as unknown as DatasetSettings;

test('gray PNG, BMP, GIF and lossless WebP of Pillow become the bytes that were written', async () => {
  expect(await prepare('gray', [28, 28])).toEqual(pillow.gray);
});

test('color PNG, BMP, lossless WebP and palettes of Pillow become the bytes that were written', async () => {
  expect(await prepare('color', [9, 11, 3])).toEqual(pillow.color);
});

test('images are scaled like the area average of Pillow, to one step of 255', () => {
  for (const { shape, size, image, area, box } of pillow.scaled) {
    const rows = {
      values: new Uint8Array(Buffer.from(image, 'base64')),
      shape: [...shape, 3] as const,
      rowCount: 1,
      nameOf: () => 'image',
    };
    const { pixels } = convertRows(rows, makeConversion({ imageShape: [size, size, 3], resize: true }));
    for (const reference of [area, ...(box === undefined ? [] : [box])]) {
      const bytes = Buffer.from(reference, 'base64');
      const differences = pixels.map((pixel, at) => Math.abs(pixel - bytes[at]!));
      expect([pixels.length, Math.max(...differences)]).toEqual([bytes.length, expect.any(Number)]);
      expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    }
  }
});
