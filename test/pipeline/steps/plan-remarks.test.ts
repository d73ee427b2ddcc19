import { join } from 'node:path';
import { MemoryStore } from '../../../lib/store/memory-store';
import { createStepContext, planDataset, prepareDataset } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';
import { encodeTinyDataset, makeTinyDataset, writeFiles } from '../../support/tiny-dataset';

const folder = useScratchFolder();

const notesOf = ({ events }: ReturnType<typeof createStepContext>) =>
  events.flatMap((event) => (event.type === 'note' ? [event.message] : []));

test('what is odd about the images is said again when the shards are reused', async () => {
  const dataset = join(folder, 'digits');
  const { train, ...tiny } = makeTinyDataset({ classes: 3 });
  train.pixels.set(tiny.test.pixels.subarray(0, 36));
  await writeFiles(dataset, encodeTinyDataset({ ...tiny, train }));
  const store = new MemoryStore();
  const remark = expect.stringMatching(/^1 training image is also in the test part/);
  const first = createStepContext(store);
  await prepareDataset(dataset, first);
  expect(notesOf(first)).toContainEqual(remark);
  const again = createStepContext(store);
  expect((await planDataset(dataset, again)).isPrepared).toBe(true);
  expect(notesOf(again)).toContainEqual(remark);
});

test.each([
  ['with groups', { groupBy: 'writer', validationFraction: 0.2 }, true],
  ['without validation data', { groupBy: 'writer' }, false],
  ['without groups', { validationFraction: 0.2 }, false],
])('validation data is drawn without regard to groups, which is said (%s)', async (_, settings, isSaid) => {
  const dataset = join(folder, 'writers.csv');
  const rows = Array.from({ length: 60 }, (_, row) => [row % 2, row % 12, row, 255 - row, 128, 255].join());
  const heading = 'label,writer,pixel0,pixel1,pixel2,pixel3';
  await writeFiles(folder, { 'writers.csv': Buffer.from([heading, ...rows].join('\n')) });
  const context = createStepContext(new MemoryStore());
  await planDataset(dataset, context, settings);
  const said = notesOf(context).filter((note) =>
    /^The validation images are drawn one by one.* same writer/.test(note),
  );
  expect(said).toHaveLength(isSaid ? 1 : 0);
});
