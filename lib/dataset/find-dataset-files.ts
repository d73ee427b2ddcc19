import { absentAsUndefined, PermanentError } from '../contracts/errors';
import type { ObjectStore } from '../store/object-store';
import { isRefusedRead } from '../store/read-failures';
import { type RawFileRole, rawFileNames, rawFileRoles } from './raw-dataset';

export type DatasetFiles = Readonly<Record<RawFileRole, string>>;

/** Limits the search when a dataset is beside many other files. */
const maxListed = 2_000;

/**
 * The four files of a dataset, under MNIST's names or those of related datasets: `emnist-letters-train-images-…`,
 * `qmnist-test-labels-idx2-int`, each with "-idx" or ".idx". An uncompressed file is preferred to a gzip file.
 *
 * @param source - as the user gave it.
 * @throws PermanentError InvalidDataset when there is none or more than one; InvalidInput when reading is forbidden.
 */
export async function findDatasetFiles(sourceStore: ObjectStore, source: string): Promise<DatasetFiles> {
  const usual = await findUsualFiles(sourceStore);
  if ('found' in usual) return usual.found;
  const datasets = usual.isRefused ? [] : await listDatasets(sourceStore);
  const here = datasets.filter(({ folder }) => folder === '');
  if (here.length === 1) return here[0]!.files;
  throw new PermanentError(
    'InvalidDataset',
    `The dataset ${JSON.stringify(source)} ${describeProblem(datasets, usual.missing, sourceStore.location)}`,
    { evidence: { source, location: sourceStore.location, fileName: usual.missing } },
  );
}

type UsualFiles =
  | { readonly found: DatasetFiles }
  | {
      readonly missing: string;
      /** S3 answers 403 for an absent object as well, unless the caller may list the bucket. */
      readonly isRefused: boolean;
    };

async function findUsualFiles(sourceStore: ObjectStore): Promise<UsualFiles> {
  const found: Partial<Record<RawFileRole, string>> = {};
  for (const role of rawFileRoles) {
    const candidates = candidatesFor(rawFileNames[role]);
    const { name, isRefused } = await findFirst(sourceStore, candidates);
    // The answer to a GET contains the reason of the refusal.
    if (name === undefined && isRefused) await absentAsUndefined(sourceStore.get(candidates[0]!));
    if (name === undefined) return { missing: rawFileNames[role], isRefused };
    found[role] = name;
  }
  return { found: found as DatasetFiles };
}

async function findFirst(sourceStore: ObjectStore, candidates: readonly string[]) {
  let isRefused = false;
  for (const name of candidates) {
    try {
      if ((await sourceStore.head(name)) !== undefined) return { name, isRefused };
    } catch (error) {
      if (!isRefusedRead(error)) throw error;
      isRefused = true;
    }
  }
  return { name: undefined, isRefused };
}

function candidatesFor(usual: string): string[] {
  const dotted = usual.replace('-idx', '.idx');
  return [usual, dotted, `${usual}.gz`, `${dotted}.gz`];
}

interface ListedDataset {
  /** Relative to the store, with a final `/`; empty for the store itself. */
  readonly folder: string;
  /** The part of the file names before "train" and "test": `emnist-letters-`. */
  readonly prefix: string;
  readonly files: DatasetFiles;
}

const fileName = /^(.*\/)?([^/]*?)(train|test|t10k)-(images|labels)[-.]idx\d-[a-z]+(\.gz)?$/;

/** Every group of four files whose names have the same prefix. */
async function listDatasets(sourceStore: ObjectStore): Promise<ListedDataset[]> {
  const groups = new Map<string, Partial<Record<RawFileRole, string>>>();
  let listed = 0;
  for await (const { key } of sourceStore.list('')) {
    listed += 1;
    if (listed > maxListed) break;
    const match = fileName.exec(key);
    if (match === null) continue;
    const [, folder = '', prefix = '', part, content] = match;
    const group = `${folder}\n${prefix}`;
    const files = groups.get(group) ?? {};
    const role =
      `${part === 'train' ? 'train' : 'test'}${content === 'images' ? 'Images' : 'Labels'}` as const;
    // Keys are sorted, so an uncompressed file comes before its gzip file.
    groups.set(group, { [role]: key, ...files });
  }
  return [...groups].flatMap(([group, files]) => {
    const [folder, prefix] = group.split('\n') as [string, string];
    return rawFileRoles.every((role) => files[role] !== undefined)
      ? [{ folder, prefix, files: files as DatasetFiles }]
      : [];
  });
}

function describeProblem(datasets: readonly ListedDataset[], missing: string, location: string): string {
  const here = datasets.filter(({ folder }) => folder === '');
  if (here.length > 1) {
    const { prefix } = here.at(-1)!;
    return `has ${here.length} datasets in ${location}: their file names start with ${here.map((each) => each.prefix || '"train"').join(', ')}. Copy the four files of one dataset, such as ${prefix}*, to a separate folder, and pass that folder.`;
  }
  const candidates = candidatesFor(missing);
  const missed = `has no ${missing}: none of ${candidates.join(', ')} is in ${location}.`;
  const folders = [...new Set(datasets.map(({ folder }) => folder.slice(0, -1)))];
  if (folders.length > 0) {
    return `${missed} There are four such files in its folder ${folders.join(', and in ')}: pass ${location}/${folders[0]}.`;
  }
  return `${missed} A dataset is "mnist", or a folder or s3://bucket/prefix with the four IDX files ${Object.values(rawFileNames).join(', ')}.`;
}
