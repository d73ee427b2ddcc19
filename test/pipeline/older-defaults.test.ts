import { objectKeys } from '../../lib/contracts/object-keys';
import { runConfigSchema, storedRunConfigSchema } from '../../lib/contracts/run-config';
import { differingSettings } from '../../lib/pipeline/differing-settings';
import { assertResumable } from '../../lib/pipeline/resumed-run';
import { assertStartable } from '../../lib/pipeline/start-run';
import { DirectoryStore } from '../../lib/store/directory-store';
import { getJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const config = runConfigSchema.parse({});
/** As a version with other defaults has stored it: the setting has no effect on a perceptron. */
const stored = {
  schemaVersion: 1,
  runId: 'older',
  createdAt: '2026-01-01T00:00:00.000Z',
  config: { ...config, filters: [16, 32, 64] },
};
const bytes = new TextEncoder().encode(JSON.stringify(stored));

test('the configuration of a run stays readable when the default of a setting without effect changes', async () => {
  const store = new MemoryStore();
  await store.put(objectKeys.config('older'), bytes);
  const read = await getJson(store, objectKeys.config('older'), storedRunConfigSchema);
  expect(read.config.filters).toEqual([16, 32, 64]);
});

test('such a run may be continued and resumed', async () => {
  const store = new MemoryStore();
  await store.put(objectKeys.config('older'), bytes);
  await assertStartable({ runId: 'older', config }, store);
  await assertStartable({ runId: 'newer', config: { ...config, resumeFrom: 'older' } }, store);
});

test('a setting with an effect makes the difference', () => {
  const [one, other] = [
    { ...config, model: 'cnn', filters: [16] },
    { ...config, model: 'cnn', filters: [24] },
  ] as const;
  expect(differingSettings({ ...one, filters: [16] }, { ...other, filters: [24] })).toEqual(['filters']);
  expect(differingSettings(config, { ...config, seed: 2 })).toEqual(['seed']);
});

test.each([
  ['stored with 10 classes, which are derived now', 10, undefined],
  ['with derived classes, of which there are 10', undefined, 10],
])('a run %s may be resumed', async (_, earlier, classes) => {
  const store = new MemoryStore();
  const { classes: __, ...others } = config;
  const stale = { ...stored, config: { ...others, ...(earlier && { classes: earlier }) } };
  await store.put(objectKeys.config('older'), new TextEncoder().encode(JSON.stringify(stale)));
  const settings = { ...others, ...(classes && { classes }), resumeFrom: 'older' };
  await assertStartable({ runId: 'newer', config: settings }, store);
});

test('the number of classes of the dataset is compared with that of the run to resume', async () => {
  const store = new MemoryStore();
  const stale = { ...stored, config: { ...config, classes: 10 } };
  await store.put(objectKeys.config('older'), new TextEncoder().encode(JSON.stringify(stale)));
  const resuming = { ...config, resumeFrom: 'older' };
  await assertResumable(store, { ...resuming, classes: 10 });
  await expect(assertResumable(store, { ...resuming, classes: 47 })).rejects.toThrow(
    'differ from those of "older": classes is 47 and was 10.',
  );
});

test('the command line takes up such a run', async () => {
  const store = new DirectoryStore(folder);
  await store.put(objectKeys.config('older'), bytes);
  const { err } = await runCommand(['train', 'older', '--store', folder, '--seed', '2']);
  expect(err).toMatch(/a resumed run keeps its settings: --seed is 1 in the run, and 2 was given\./);
});
