import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { encodeTinyDataset, makeTinyDataset } from '../support/tiny-dataset';

const scratch = useScratchFolder();
let source: string;
let page: string;

beforeEach(() => {
  const folder = mkdtempSync(join(scratch, 'inspect-'));
  source = join(folder, 'my <digits>');
  page = join(folder, 'pages', 'inspect.html');
  mkdirSync(source, { recursive: true });
  const files = encodeTinyDataset(makeTinyDataset({ trainCount: 120, testCount: 30, classes: 3 }));
  for (const [name, body] of Object.entries(files)) writeFileSync(join(source, name), body);
});

describe('inspect', () => {
  test('prints counts, values and size, and writes a page with examples of each class', async () => {
    const { exitCode, out } = await runCommand(['inspect', source, '--out', page]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/images +120 training images, 30 test images\n/);
    expect(out).toMatch(/values +uint8, from 0 to \d+; 0 is black, 255 is white\n/);
    expect(out).toMatch(/class +training +test\n +0 +\d+ +\d+\n/);
    const html = readFileSync(page, 'utf8');
    expect(html.match(/alt="Example \d+ of \d"/g)).toHaveLength(30);
    expect(html).toContain('my &lt;digits&gt;');
    expect(html).not.toContain('<digits>');
  });

  test('prints all of it as JSON, and prepares nothing', async () => {
    const { out } = await runCommand(['inspect', source, '--out', page, '--json']);
    const { counts, ...rest } = JSON.parse(out);
    expect(rest).toMatchObject({
      kind: 'idx',
      hasTestPart: true,
      classNames: ['0', '1', '2'],
      conversion: { white: 255, black: 0 },
      measures: { type: 'uint8' },
      page,
    });
    const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
    expect([total(counts.train), total(counts.test)]).toEqual([120, 30]);
    expect(readdirSync(join(source, '..')).sort()).toEqual(['my <digits>', 'pages']);
  });

  test('shows what the settings make of it', async () => {
    const flags = ['--class-names', 'cat,dog,owl', '--invert', '--image-size', '14'];
    const { out } = await runCommand(['inspect', source, '--out', page, ...flags]);
    expect(out).toMatch(/size +14×14, gray\n/);
    expect(out).toContain('inverted; scaled to one size');
    expect(readFileSync(page, 'utf8')).toContain('alt="Example 1 of owl"');
  });

  test.each([
    ['labels of another length', 'train-labels-idx1-ubyte', /120 images and .* 3 labels/],
    ['a damaged file', 'train-images-idx3-ubyte', /is not a complete IDX file|is not an IDX file/],
  ])('%s: exit code 2, and no page', async (_, name, message) => {
    const body = name.includes('labels') ? [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2] : [0, 0, 8];
    writeFileSync(join(source, name), Uint8Array.from(body));
    expect(await runCommand(['inspect', source, '--out', page])).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringMatching(message),
    });
    expect(existsSync(page)).toBe(false);
  });

  test('a wrong setting, an absent path and a page that cannot be written are explained', async () => {
    const refuse = async (args: string[], message: RegExp) =>
      expect(await runCommand(['inspect', ...args])).toMatchObject({
        exitCode: 2,
        err: expect.stringMatching(message),
      });
    await refuse([source, '--channels', '2'], /--channels/);
    await refuse([join(scratch, 'absent')], /There is no file or folder/);
    await refuse([source, '--out', join(source, 'train-labels-idx1-ubyte', 'page.html')], /--out/);
  });
});
