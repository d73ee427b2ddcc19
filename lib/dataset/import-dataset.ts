import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import type { ObjectStore } from '../store/object-store';
import { openStore } from '../store/open-store';
import { sha256Hex } from '../store/sha256';
import { assertPublishedMnist, findMnistFolder } from './built-in-mnist';
import { computeFingerprint } from './content-key';
import { remarkOnDataset } from './dataset-remarks';
import { findDatasetFiles } from './find-dataset-files';
import { parseIdx } from './idx';
import { toLabelFile } from './label-values';
import { toPixelFile } from './pixel-values';
import { type FourFiles, type RawFile, type RawFileRole, rawFileNames, rawFileRoles } from './raw-dataset';
import { needClasses, validateDataset } from './validate-dataset';

const builtInName = 'mnist';

/** Four validated files; none of them is in a store yet. */
export interface SourceDataset {
  /** `mnist`, or a name made from the folder's name and the content. */
  readonly name: string;
  /** As the user gave it. */
  readonly source: string;
  readonly files: FourFiles;
  readonly classes: number;
  /** Notes that are shown every time the dataset is used. */
  readonly remarks: readonly string[];
}

/**
 * Reads and checks the four files of a dataset. Nothing is written.
 *
 * @param source - `mnist`, a folder, or `s3://bucket/prefix`.
 * @param classes - labels must be 0 … classes-1. @default - as the highest label needs
 * @throws PermanentError InvalidDataset, naming the file.
 */
export async function readSourceDataset(source: string, classes?: number): Promise<SourceDataset> {
  const isBuiltIn = source === builtInName;
  const sourceStore = await openStore(isBuiltIn ? findMnistFolder() : source);
  const files = await readFourFiles(sourceStore, source);
  const classCount = classes ?? needClasses(files);
  validateDataset(files, classCount);
  const name = isBuiltIn ? builtInName : nameByContent(sourceStore.location, files);
  return { name, source, files, classes: classCount, remarks: remarkOnDataset(files) };
}

/**
 * Lists the files that are not in the store. Nothing is written.
 *
 * @throws PermanentError CorruptArtifact when an earlier copy was altered.
 */
export async function findMissingFiles(
  { name, files }: SourceDataset,
  store: ObjectStore,
): Promise<readonly RawFileRole[]> {
  const missing: RawFileRole[] = [];
  for (const role of rawFileRoles) {
    const key = objectKeys.rawFile(name, rawFileNames[role]);
    if ((await store.head(key)) === undefined) missing.push(role);
    else await assertSameBytes(store, key, files[role].file);
  }
  return missing;
}

export interface ImportTarget {
  readonly store: ObjectStore;
  /** Gets a message for the user. */
  readonly note: (message: string) => void;
}

/**
 * Copies files, decompressed, to `datasets/<name>/raw/`. A file that another process copied in the meantime is verified.
 *
 * @throws PermanentError CorruptArtifact when that copy differs.
 */
export async function copyFiles(
  { name, source, files }: SourceDataset,
  missing: readonly RawFileRole[],
  { store, note }: ImportTarget,
): Promise<void> {
  let copiedCount = 0;
  for (const role of missing) {
    const key = objectKeys.rawFile(name, rawFileNames[role]);
    if (await store.putIfAbsent(key, files[role].file)) copiedCount += 1;
    else await assertSameBytes(store, key, files[role].file);
  }
  if (copiedCount === 0) return;
  const { trainImages, testImages } = files;
  note(
    `Imported ${count(trainImages)} training and ${count(testImages)} test images from ${source} as dataset "${name}"`,
  );
}

const count = ({ shape }: RawFile) => shape[0]!.toLocaleString('en');

async function readFourFiles(sourceStore: ObjectStore, source: string): Promise<FourFiles> {
  const fileNames = await findDatasetFiles(sourceStore, source);
  const read = async (role: RawFileRole): Promise<RawFile> => {
    const fileName = fileNames[role];
    const bytes = await sourceStore.get(fileName);
    if (source === builtInName) assertPublishedMnist(role, bytes, sourceStore.location);
    const idx = parseIdx(bytes, `${fileName} in ${sourceStore.location}`);
    const convert = role.endsWith('Images') ? toPixelFile : toLabelFile;
    return { ...convert(idx, fileName), fileName };
  };
  return {
    trainImages: await read('trainImages'),
    trainLabels: await read('trainLabels'),
    testImages: await read('testImages'),
    testLabels: await read('testLabels'),
  };
}

/** `my-digits-1a2b3c4d`: folders with equal names, and different contents of one folder, get different names. */
function nameByContent(location: string, files: FourFiles): string {
  const checksums = rawFileRoles.map((role) => sha256Hex(files[role].file));
  const lastSegment = location.split(/[/\\]/).findLast((segment) => /[A-Za-z0-9]/.test(segment)) ?? '';
  const slug = lastSegment
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-|-$/g, '');
  return `${slug === '' ? 'dataset' : slug}-${computeFingerprint(checksums).slice(0, 8)}`;
}

/** The store detects changes after a write. This check detects content that never came from the source. */
async function assertSameBytes(store: ObjectStore, key: string, expected: Uint8Array): Promise<void> {
  if (Buffer.compare(await store.get(key), expected) === 0) return;
  throw new PermanentError(
    'CorruptArtifact',
    `${key} in ${store.location} differs from the dataset that it was imported from. Delete it and run again.`,
    { evidence: { key } },
  );
}
