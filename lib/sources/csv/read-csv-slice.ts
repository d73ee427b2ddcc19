import { valuesPerImage } from '../../contracts/image-shape';
import type { CsvSlice } from '../../contracts/slices';
import type { RawRows, ReadSlice } from '../source';
import { readText } from './csv-text';
import { rowParser } from './parse-row';
import { splitRows } from './rows';

/** Of one block; at least one row. */
const maxBlockValues = 2 ** 19;

/** Yields the images of a range of rows. A row that cannot be read is a block with a problem. */
export const readCsvSlice: ReadSlice<CsvSlice> = async function* (slice, files) {
  const { file, imageShape, start, firstLine } = slice;
  const parse = rowParser(slice);
  const imageValues = valuesPerImage(imageShape);
  const blockRows = Math.max(1, Math.floor(maxBlockValues / imageValues));
  const newBlock = () => ({
    values: new Float64Array(blockRows * imageValues),
    lines: [] as number[],
    isWhole: true,
  });
  const nameOf = (line: number) => `line ${line} of ${file.name}`;
  let block = newBlock();
  const takeBlock = (): RawRows[] => {
    const { values, lines, isWhole } = block;
    if (lines.length === 0) return [];
    block = newBlock();
    const filled = values.subarray(0, lines.length * imageValues);
    return [
      {
        values: isWhole ? Int32Array.from(filled) : filled,
        shape: imageShape,
        rowCount: lines.length,
        nameOf: (row) => nameOf(lines[row]!),
      },
    ];
  };
  let left = slice.rowCount;
  for await (const rows of splitRows(readText(slice, files), file.name, { offset: start, line: firstLine })) {
    for (const row of rows) {
      if (left === 0) break;
      left -= 1;
      const { isWhole, problem } = parse(row, block.values.subarray(block.lines.length * imageValues));
      if (problem !== undefined) {
        yield* takeBlock();
        yield { rowCount: 1, problem, nameOf: () => nameOf(row.line) };
        continue;
      }
      block.lines.push(row.line);
      block.isWhole &&= isWhole;
      if (block.lines.length === blockRows) yield* takeBlock();
    }
  }
  yield* takeBlock();
};
