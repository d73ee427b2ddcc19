import * as fc from 'fast-check';
import type { ImageShape } from '../../lib/contracts/image-shape';
import type { Slice } from '../../lib/contracts/slices';
import { planParts } from '../../lib/dataset/plan-parts';
import { encodeRowsTable } from '../../lib/dataset/rows-table';
import { rowsPerShard } from '../../lib/dataset/shards';
import { MemoryFiles } from '../../lib/sources/memory-files';
import type { Source } from '../../lib/sources/source';

function plan(imageShape: ImageShape, sliceRows: readonly number[], splits: Uint8Array) {
  const rowCount = splits.length;
  const file = { name: 'x', bytes: 1, version: '1' };
  const array = { offset: 0, type: 'uint8' as const, isBigEndian: false, rowShape: [1, 1] };
  const slices = sliceRows.map((rows) => ({
    rowCount: rows,
    slice: { kind: 'values', file, ...array, rowCount: rows } satisfies Slice,
  }));
  const classes = new Uint8Array(rowCount);
  const scale = { white: 255, black: 0, invert: false, transpose: false, resize: false };
  const source: Source = {
    ...{ kind: 'idx', description: '', fingerprint: '', remarks: [], problems: [] },
    sections: [{ split: undefined, rowCount, labels: { codes: classes, values: [0] }, slices }],
  };
  return planParts(
    {
      name: 'd',
      source,
      files: new MemoryFiles('', new Map()),
      partFiles: { location: 'x' },
      rawFiles: new Map(),
    },
    { conversion: { imageShape, ...scale }, classNames: ['0', '1'], classes, splits, remarks: [] },
    { dataset: 'd', contentKey: 'c', table: encodeRowsTable(classes, splits) },
  );
}

test('parts are disjoint, in order, and together complete, and so are the shards of each split', () => {
  const sizes = fc.record({
    side: fc.integer({ min: 1, max: 3000 }),
    sliceRows: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }),
    testEvery: fc.integer({ min: 1, max: 10 }),
  });
  fc.assert(
    fc.property(sizes, ({ side, sliceRows, testEvery }) => {
      const rowCount = sliceRows.reduce((sum, rows) => sum + rows, 0);
      const splits = Uint8Array.from({ length: rowCount }, (_, row) => (row % testEvery === 0 ? 1 : 0));
      const { parts, rowCounts, shardCount } = plan([side, side], sliceRows, splits);
      let nextRow = 0;
      const nextShard = { train: 0, test: 0 };
      const rows = { train: 0, test: 0 };
      for (const [index, part] of parts.entries()) {
        expect(part).toMatchObject({ index, firstRow: nextRow, rowCount: sliceRows[index] });
        expect(part.train.rowCount + part.test.rowCount).toBe(part.rowCount);
        nextRow += part.rowCount;
        for (const split of ['train', 'test'] as const) {
          expect(part[split].firstShard).toBe(nextShard[split]);
          nextShard[split] += Math.ceil(part[split].rowCount / rowsPerShard([side, side]));
          rows[split] += part[split].rowCount;
        }
      }
      expect(nextRow).toBe(rowCount);
      expect(rowCounts).toEqual(rows);
      expect(shardCount).toBe(nextShard.train + nextShard.test);
    }),
  );
});
