import { openIdxFile } from '../../lib/sources/idx/idx-header';
import { wholeSlice } from '../../lib/sources/idx/idx-slices';
import { MemoryFiles } from '../../lib/sources/memory-files';
import { readNumberRows } from '../../lib/sources/numbers/number-rows';

/** Reads a whole IDX file as the pipeline does: first its header, then its rows. */
export async function readIdx(body: Uint8Array, name = 'file') {
  const files = new MemoryFiles('memory', new Map([[name, body]]));
  const idx = await openIdxFile(files, (await files.find(name))!);
  const values: number[] = [];
  for await (const rows of readNumberRows(wholeSlice(idx), files)) {
    for (const value of rows.values) values.push(value);
  }
  return { type: idx.type, shape: idx.shape, values };
}
