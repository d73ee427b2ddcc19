import { builtInDatasets } from '../../lib/contracts/built-in-datasets';
import { printableNames } from '../../lib/contracts/class-names';
import type { DatasetManifest } from '../../lib/contracts/dataset';
import { channelsOf } from '../../lib/contracts/image-shape';
import { listPrepared, type PreparedDataset } from '../../lib/dataset/list-prepared';
import { formatCount } from '../../lib/report/format-values';
import { formatBytes } from '../display/bytes';
import { formatTable } from '../display/table';
import type { Terminal } from '../terminal';
import type { StoreRequest } from './store-request';

/** Lists the datasets that are built in, and those that a store has prepared. */
export async function datasetsCommand({ store, isJson }: StoreRequest, terminal: Terminal): Promise<void> {
  const prepared = await listPrepared(store);
  if (isJson) {
    const builtIn = builtInDatasets.map(({ remark, ...facts }) => facts);
    terminal.print(JSON.stringify({ builtIn, prepared: prepared.map(toJson) }, null, 2));
    return;
  }
  const { bold } = terminal.styles;
  const style = (cell: string, row: number) => (row === 0 ? bold(cell) : cell);
  const builtIn = formatTable(
    [
      ['built in', 'images', 'size', 'classes', 'license', 'from'],
      ...builtInDatasets.map(({ name, imageCount, size, classes, license, origin }) => [
        name,
        formatCount(imageCount),
        size,
        String(classes),
        license,
        origin,
      ]),
    ],
    { alignRight: [1, 3], style },
  );
  const there =
    prepared.length === 0
      ? `  No dataset is prepared in ${store.location} yet. A training prepares its dataset.`
      : formatTable(
          [
            [`prepared in ${store.location}`, 'training', 'test', 'size', 'classes', 'shards', 'from'],
            ...prepared.map(toRow),
          ],
          { alignRight: [1, 2, 5], style },
        );
  terminal.print(`${builtIn}\n\n${there}`);
}

function toRow({ name, manifest, bytes }: PreparedDataset): string[] {
  if (manifest === undefined) return [name, '', '', '', '', '', 'its manifest.json is damaged'];
  const { train, test, source } = manifest;
  return [
    name,
    formatCount(train.rowCount),
    formatCount(test.rowCount),
    describeSize(manifest),
    describeClasses(manifest.classNames),
    formatBytes(bytes),
    source.location,
  ];
}

function describeSize({ imageShape }: DatasetManifest): string {
  const [height, width] = imageShape;
  return `${height}×${width} ${channelsOf(imageShape) === 3 ? 'color' : 'gray'}`;
}

const maxNames = 3;

/** `3: cat, dog, owl`; of many classes the first. */
function describeClasses(classNames: readonly string[]): string {
  const names = printableNames(classNames).slice(0, maxNames).join(', ');
  return `${classNames.length}: ${names}${classNames.length > maxNames ? ', …' : ''}`;
}

function toJson({ name, contentKey, manifest, bytes }: PreparedDataset) {
  if (manifest === undefined) return { name, contentKey, isDamaged: true };
  const { source, imageShape, classNames, train, test } = manifest;
  const counts = { train: train.rowCount, test: test.rowCount };
  return { name, contentKey, source, imageShape, classNames, rowCounts: counts, bytes };
}
