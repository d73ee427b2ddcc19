import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { startServe } from '../support/serve-command';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const store = join(folder, 'artifacts');
const page = join(folder, 'pages', 'compare.html');

beforeAll(async () => {
  const dataset = join(folder, 'digits');
  await writeTinyDataset(dataset);
  for (const [runId, epochs] of [
    ['short', '1'],
    ['long', '6'],
  ] as const) {
    const { exitCode } = await runCommand([
      ...['train', '--dataset', dataset, '--store', store, '--run-id', runId, '--engine', 'wasm'],
      ...['--hidden', '16', '--batch-size', '32', '--learning-rate', '0.01', '--epochs', epochs],
    ]);
    expect(exitCode).toBe(0);
  }
}, 60_000);

describe('compare', () => {
  test('prints a table, says which images changed, and writes the page', async () => {
    const { exitCode, out } = await runCommand(['compare', 'short', 'long', '--store', store, '--to', page]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/run +accuracy +errors +loss +epochs/);
    expect(out).toMatch(/short +0\.\d{4} +\d+ .*\n +long +[01]\.\d{4}/);
    expect(out).toMatch(/test images +\d+ fixed, \d+ regressed, \d+ answered otherwise/);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('Fixed from short to long: ');
    expect(html).toMatch(/<img alt="Test image \d+: true label \d"/);
  });

  test('as JSON: metrics, differing settings, and images that agree with the metrics', async () => {
    const { out } = await runCommand(['compare', 'short', 'long', '--store', store, '--to', page, '--json']);
    const { runs, differences, changedImages } = JSON.parse(out);
    expect(differences).toEqual([{ name: 'epochs', values: ['1', '6'] }]);
    const [short, long] = runs;
    expect(changedImages.fixed.length).toBeGreaterThan(0);
    expect(short.errorCount - long.errorCount).toBe(
      changedImages.fixed.length - changedImages.regressed.length,
    );
  });

  test.each([
    { name: 'one run', args: ['short'], message: /InvalidInput: .*1 run id was given, and 2 to 30/ },
    { name: 'a run twice', args: ['short', 'short'], message: /InvalidInput: .*given twice/ },
    {
      name: 'no such run',
      args: ['short', 'nope'],
      message: /ArtifactNotFound: There is no run "nope"/,
    },
    { name: 'a bad id', args: ['short', '../x'], message: /InvalidInput: The run id/ },
    {
      name: 'a file that cannot be written',
      args: ['short', 'long', '--to', '/dev/null/compare.html'],
      message: /StoreNotWritable: The page .*cannot be written/,
    },
  ])('$name: exit code 2 and a message', async ({ args, message }) => {
    const { exitCode, err, out } = await runCommand(['compare', '--store', store, '--to', page, ...args]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(message);
  });

  test('runs without stored predictions, or without their dataset, can still be compared', async () => {
    rmSync(join(store, 'runs/short/evaluation/test-predictions.json'));
    rmSync(join(store, 'datasets'), { recursive: true });
    const { exitCode, out } = await runCommand(['compare', 'short', 'long', '--store', store, '--to', page]);
    expect(exitCode).toBe(0);
    expect(out).toContain('cannot be compared');
    expect(readFileSync(page, 'utf8')).not.toContain('<img');
  });
});

describe('serve', () => {
  test('serves the page until it is stopped, which is not an error', async () => {
    const { address, stop } = await startServe(['long', '--store', store]);
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    for (const path of ['', 'try-it.html']) {
      const response = await fetch(address + path);
      expect(response.headers.get('content-type')).toContain('text/html');
      expect(await response.text()).toBe(readFileSync(join(store, 'runs/long/try-it.html'), 'utf8'));
    }
    for (const path of ['report.html', 'model/model.json', 'try-it/examples.json'])
      expect((await fetch(address + path)).status).toBe(404);
    expect(await stop()).toEqual({ exitCode: 0 });
    await expect(fetch(address)).rejects.toThrow();
  });

  test('serves no page from the store: it builds its own', async () => {
    writeFileSync(join(store, 'runs/long/try-it.html'), 'from the store');
    const { address, stop } = await startServe(['long', '--store', store]);
    const html = await (await fetch(address)).text();
    expect(html).toContain('run <code>long</code>');
    expect(html).not.toContain('from the store');
    await stop();
  });

  test.each([
    { args: ['nope'], message: /ArtifactNotFound/ },
    { args: ['../etc'], message: /InvalidInput: The run id/ },
    { args: ['--port', '70000'], message: /InvalidInput: The port .*65535.*received 70000/ },
    { args: ['--port', 'http'], message: /InvalidInput: The port .*received "http"/ },
    { args: ['--model-name', 'none'], message: /ArtifactNotFound: No model "none" is registered/ },
  ])('$args: exit code 2 and a message', async ({ args, message }) => {
    const { exitCode, err } = await runCommand(['serve', '--store', store, ...args]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  });
});
