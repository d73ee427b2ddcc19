import { unusableSource } from '../unusable-source';

export interface CsvRow {
  /** Without the line break. */
  readonly bytes: Buffer;
  /** Of its first byte in the uncompressed file. */
  readonly offset: number;
  /** Of its first byte, from 1, as editors count. */
  readonly line: number;
}

/** A row of 1000×1000 pixels has 4 MB. */
const maxRowBytes = 16 * 2 ** 20;
const [lineFeed, carriageReturn, quote] = [10, 13, 34];
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Divides text into rows, which it yields as many at a time as a chunk has. Blank lines are left out; a line break
 * inside of quotes belongs to its row.
 *
 * @param first - where the first chunk begins. @default the beginning of the file
 * @throws PermanentError InvalidDataset for a row of more than 16 MiB.
 */
export async function* splitRows(
  chunks: AsyncIterable<Uint8Array>,
  fileName: string,
  first: { readonly offset: number; readonly line: number } = { offset: 0, line: 1 },
): AsyncGenerator<CsvRow[]> {
  let { offset, line } = first;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const data = rest.length === 0 ? toBuffer(chunk) : Buffer.concat([rest, chunk]);
    const { rows, used, lines } = takeRows(data, offset, line);
    if (rows.length > 0) yield rows;
    rest = data.subarray(used);
    offset += used;
    line += lines;
    if (rest.length > maxRowBytes) {
      throw unusableSource(
        fileName,
        `has more than ${maxRowBytes / 2 ** 20} MiB from line ${line} on without the end of a row`,
        'Check its quotes and line breaks.',
      );
    }
  }
  const last = toRow(rest, offset, line);
  if (last !== undefined) yield [last];
}

const toBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

function takeRows(data: Buffer, offset: number, firstLine: number) {
  const hasQuotes = data.includes(quote);
  const rows: CsvRow[] = [];
  let line = firstLine;
  let used = 0;
  let rowLines = 0;
  let isQuoted = false;
  let from = 0;
  for (let end = data.indexOf(lineFeed); end >= 0; end = data.indexOf(lineFeed, from)) {
    if (hasQuotes && countQuotes(data, from, end) % 2 === 1) isQuoted = !isQuoted;
    from = end + 1;
    rowLines += 1;
    if (isQuoted) continue;
    const row = toRow(data.subarray(used, end), offset + used, line);
    if (row !== undefined) rows.push(row);
    line += rowLines;
    rowLines = 0;
    used = from;
  }
  return { rows, used, lines: line - firstLine };
}

function countQuotes(data: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = data.indexOf(quote, from); at >= 0 && at < to; at = data.indexOf(quote, at + 1)) count += 1;
  return count;
}

/** `undefined` for a blank line. */
function toRow(data: Buffer, offset: number, line: number): CsvRow | undefined {
  const hasMark = offset === 0 && data.subarray(0, 3).equals(byteOrderMark);
  const start = hasMark ? 3 : 0;
  const end = data.at(-1) === carriageReturn ? data.length - 1 : data.length;
  const bytes = data.subarray(start, end);
  const isBlank = bytes.every((byte) => byte === 32 || byte === 9);
  return isBlank ? undefined : { bytes, offset: offset + start, line };
}

/** The texts of a row: without the quotes around them, and without blanks around texts that have none. */
export function splitFields({ bytes }: Pick<CsvRow, 'bytes'>, delimiter: string): string[] {
  const text = bytes.toString('utf8');
  if (!text.includes('"')) return text.split(delimiter).map((field) => field.trim());
  const fields: string[] = [];
  for (let at = 0; at <= text.length; at += 1) {
    const start = at;
    while (text[at] === ' ') at += 1;
    if (text[at] !== '"') {
      const end = text.indexOf(delimiter, start);
      at = end < 0 ? text.length : end;
      fields.push(text.slice(start, at).trim());
      continue;
    }
    let field = '';
    for (at += 1; at < text.length; at += 1) {
      if (text[at] === '"' && text[at + 1] === '"') at += 1;
      else if (text[at] === '"') break;
      field += text[at];
    }
    const end = text.indexOf(delimiter, at + 1);
    const after = text.slice(at + 1, end < 0 ? text.length : end);
    at = end < 0 ? text.length : end;
    fields.push(field + after.trimEnd());
  }
  return fields;
}
