import { damagedFile, foreignFile } from './unreadable-file';

interface ForeignFormat {
  readonly name: string;
  readonly begins: string;
  /** Offset of that beginning. @default 0 */
  readonly at?: number;
  readonly remedy: string;
}

const unpack = 'Unpack it, and pass the folder with the four IDX files.';
const convert = 'Convert it to IDX files: docs/datasets.md shows how, under "From NumPy arrays".';

/** Other formats that are found under the names of IDX files. */
const formats: readonly ForeignFormat[] = [
  { name: 'a zip archive', begins: 'PK\x03\x04', remedy: unpack },
  { name: 'an empty zip archive', begins: 'PK\x05\x06', remedy: 'Create or download it again.' },
  { name: 'a tar archive', begins: 'ustar', at: 257, remedy: unpack },
  { name: 'a 7-Zip archive', begins: '7z\xbc\xaf\x27\x1c', remedy: unpack },
  { name: 'a RAR archive', begins: 'Rar!\x1a\x07', remedy: unpack },
  { name: 'compressed with bzip2', begins: 'BZh', remedy: 'Decompress it with bunzip2.' },
  {
    name: 'compressed with xz',
    begins: '\xfd7zXZ\0',
    remedy: 'Decompress it with "xz --decompress".',
  },
  {
    name: 'compressed with Zstandard',
    begins: '\x28\xb5\x2f\xfd',
    remedy: 'Decompress it with "zstd --decompress".',
  },
  { name: 'a NumPy array', begins: '\x93NUMPY', remedy: convert },
  { name: 'a MATLAB file', begins: 'MATLAB ', remedy: convert },
  { name: 'an HDF5 file', begins: '\x89HDF\r\n\x1a\n', remedy: convert },
  { name: 'a Parquet file', begins: 'PAR1', remedy: convert },
  { name: 'a PNG image', begins: '\x89PNG\r\n\x1a\n', remedy: convert },
  {
    name: 'a Git LFS pointer instead of the file itself',
    begins: 'version https://git-lfs.github.com/spec/',
    remedy: 'Run "git lfs pull" in that repository.',
  },
];

/** @throws PermanentError InvalidDataset for the beginning of a file that is recognizably something else. */
export function refuseForeignFile(beginning: Uint8Array, fileName: string): void {
  refuseHtml(beginning, fileName);
  const found = formats.find((format) => isOf(format, beginning));
  if (found !== undefined) throw foreignFile(fileName, `it is ${found.name}`, found.remedy);
  const text = new TextDecoder().decode(beginning.subarray(0, 64));
  // An IDX file begins with two zero bytes, so a text file cannot be one.
  if (text !== '' && /^[\t\r\n\x20-\x7e]*$/.test(text)) {
    throw foreignFile(fileName, `it is a text file (it begins with ${quote(text)})`, convert);
  }
}

function isOf({ begins, at = 0 }: ForeignFormat, beginning: Uint8Array): boolean {
  const wanted = Buffer.from(begins, 'latin1');
  return wanted.equals(beginning.subarray(at, at + wanted.length));
}

/** A download of a wrong address often saves an error page. */
function refuseHtml(beginning: Uint8Array, fileName: string): void {
  const start = new TextDecoder().decode(beginning.subarray(0, 200));
  if (!/^\s*<(!doctype|html|head|body|\?xml|!--)/i.test(start)) return;
  throw damagedFile(fileName, `it looks like an HTML page (it begins with ${quote(start)})`);
}

const quote = (text: string) => JSON.stringify(text.slice(0, 20));
