import { PermanentError } from '../../contracts/errors';
import { isRefusedRead } from '../../store/read-failures';
import type { SourceFile, SourceFiles } from '../source-files';
import { type RawFileRole, rawFileNames, rawFileRoles } from './idx-names';

/** Without a test part, `images` and `labels` are all. */
export type IdxRole = RawFileRole | 'images' | 'labels';
export type IdxFiles = Readonly<Partial<Record<IdxRole, SourceFile>>>;

/** Limits the search when a dataset is beside many other files. */
const maxListed = 10_000;

/**
 * The files of a dataset, under MNIST's names or those of related datasets: `emnist-letters-train-images-…`,
 * `qmnist-test-labels-idx2-int`, each with "-idx" or ".idx". An uncompressed file is preferred to a gzip file.
 *
 * @returns `undefined` if no file has such a name.
 * @throws PermanentError InvalidDataset when files are missing or belong to several datasets; InvalidInput when reading
 *   is forbidden.
 */
export async function findIdxFiles(files: SourceFiles): Promise<IdxFiles | undefined> {
  const groups = await listGroups(files);
  if (groups === undefined) return findUsualFiles(files);
  const here = groups.filter(({ folder, isWhole }) => folder === '' && isWhole);
  if (here.length === 1) return here[0]!.files;
  if (groups.length === 0) return undefined;
  throw new PermanentError(
    'InvalidDataset',
    `The dataset ${JSON.stringify(files.location)} ${describeProblem(groups, files.location)}`,
    { evidence: { location: files.location } },
  );
}

interface Group {
  /** Relative to the source, with a final `/`; empty for the source itself. */
  readonly folder: string;
  /** The part of the file names before "train" and "test": `emnist-letters-`. */
  readonly prefix: string;
  readonly files: IdxFiles;
  /** Has images with labels, and each of its parts has both. */
  readonly isWhole: boolean;
}

const fileName =
  /^(.*\/)?([^/]*?)(?:(train|test|t10k)[-_.]?)?(images|labels)[-_.]idx\d?(?:[-_.][a-z0-9]+)*?(\.gz)?$/i;

interface Candidate {
  readonly file: SourceFile;
  readonly folder: string;
  readonly prefix: string;
  readonly role: IdxRole;
  readonly isCompressed: boolean;
}

/** Every group of files whose names have the same prefix. `undefined` if the files may not be listed. */
async function listGroups(files: SourceFiles): Promise<Group[] | undefined> {
  const candidates: Candidate[] = [];
  let listed = 0;
  try {
    for await (const file of files.list()) {
      listed += 1;
      if (listed > maxListed) break;
      const candidate = toCandidate(file);
      if (candidate !== undefined) candidates.push(candidate);
    }
  } catch (error) {
    if (isRefusedRead(error)) return undefined;
    throw error;
  }
  const rank = ({ file, isCompressed }: Candidate) =>
    `${String(file.name.split('/').length).padStart(5)}${isCompressed ? 1 : 0}${file.name}`;
  candidates.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  const groups = new Map<
    string,
    { folder: string; prefix: string; files: Partial<Record<IdxRole, SourceFile>> }
  >();
  for (const { file, folder, prefix, role } of candidates) {
    const key = `${folder}\n${prefix}`;
    const group = groups.get(key) ?? { folder, prefix, files: {} };
    groups.set(key, group);
    group.files[role] ??= file;
  }
  return [...groups.values()].map((group) => ({ ...group, isWhole: isWhole(group.files) }));
}

function toCandidate(file: SourceFile): Candidate | undefined {
  const match = fileName.exec(file.name);
  if (match === null) return undefined;
  const [, folder = '', prefix = '', part, content = '', gz] = match;
  const kind = content.toLowerCase() === 'images' ? 'Images' : 'Labels';
  const split = part === undefined ? undefined : part.toLowerCase() === 'train' ? 'train' : 'test';
  const role =
    split === undefined ? (content.toLowerCase() as 'images' | 'labels') : (`${split}${kind}` as const);
  return { file, folder: withoutOwnFolder(folder, file.name), prefix, role, isCompressed: gz !== undefined };
}

/** Kaggle's archives have each file in a folder of the same name. */
function withoutOwnFolder(folder: string, name: string): string {
  const segments = name.split('/');
  const [parent, own] = segments.slice(-2);
  const isOwn = segments.length > 1 && own!.replace(/\.gz$/i, '') === parent!.replace(/\.gz$/i, '');
  return isOwn ? folder.slice(0, -(parent!.length + 1)) : folder;
}

function isWhole(files: IdxFiles): boolean {
  const isPair = (images: IdxRole, labels: IdxRole) => images in files && labels in files;
  const isNone = (images: IdxRole, labels: IdxRole) => !(images in files || labels in files);
  if (isPair('trainImages', 'trainLabels'))
    return isPair('testImages', 'testLabels') || isNone('testImages', 'testLabels');
  return isPair('images', 'labels') && rawFileRoles.every((role) => !(role in files));
}

/** Under their usual names, where the files may be read but not listed: S3 answers 403 for an absent one. */
async function findUsualFiles(files: SourceFiles): Promise<IdxFiles> {
  const found: Partial<Record<RawFileRole, SourceFile>> = {};
  for (const role of rawFileRoles) {
    let refusal: unknown;
    for (const name of candidatesFor(rawFileNames[role])) {
      try {
        found[role] ??= await files.find(name);
      } catch (error) {
        if (!isRefusedRead(error)) throw error;
        refusal ??= error;
      }
    }
    if (found[role] === undefined && refusal !== undefined) throw refusal;
  }
  return found;
}

function candidatesFor(usual: string): string[] {
  const dotted = usual.replace('-idx', '.idx');
  return [usual, dotted, `${usual}.gz`, `${dotted}.gz`];
}

function describeProblem(groups: readonly Group[], location: string): string {
  const whole = groups.filter((group) => group.isWhole);
  const here = whole.filter(({ folder }) => folder === '');
  if (here.length > 1) {
    const { prefix } = here.at(-1)!;
    return `has ${here.length} datasets in ${location}: their file names start with ${here.map((each) => each.prefix || '"train"').join(', ')}. Copy the files of one dataset, such as ${prefix}*, to a separate folder, and pass that folder.`;
  }
  const partial = groups.find(({ folder }) => folder === '') ?? groups[0]!;
  const missing = rawFileRoles.find((role) => !(role in partial.files)) ?? 'trainImages';
  const missed = `has no ${rawFileNames[missing]}: none of ${candidatesFor(rawFileNames[missing]).join(', ')} is in ${location}.`;
  const folders = [...new Set(whole.map(({ folder }) => folder.slice(0, -1)))];
  if (folders.length > 0)
    return `${missed} There are such files in its folder ${folders.join(', and in ')}: pass ${location}/${folders[0]}.`;
  return `${missed} IDX files come in pairs, such as ${rawFileNames.trainImages} and ${rawFileNames.trainLabels}.`;
}
