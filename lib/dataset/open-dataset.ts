import { findBuiltIn } from '../contracts/built-in-datasets';
import type { DatasetPart } from '../contracts/dataset';
import type { DatasetSettings } from '../contracts/dataset-settings';
import { objectKeys } from '../contracts/object-keys';
import { readFashionMnist } from '../sources/built-in/fashion-mnist';
import { MemoryFiles } from '../sources/memory-files';
import { openSourceFiles } from '../sources/open-files';
import { openSource } from '../sources/open-source';
import type { Source } from '../sources/source';
import type { SourceFiles } from '../sources/source-files';
import { StoreFiles } from '../sources/store-files';
import type { ObjectStore } from '../store/object-store';
import { readPublishedMnist } from './built-in-mnist';
import type { RawFiles } from './raw-files';

/** The built-in datasets. Their files are copied to the store, decompressed. */
const builtIn: ReadonlyMap<string, () => Promise<RawFiles>> = new Map([
  ['mnist', readPublishedMnist],
  ['fashion-mnist', readFashionMnist],
]);

export interface OpenedDataset {
  /** `mnist`, or a name made from the last part of the location and the fingerprint of the source. */
  readonly name: string;
  readonly source: Source;
  /** For the plan. */
  readonly files: SourceFiles;
  /** Where the workers find the files. */
  readonly partFiles: DatasetPart['files'];
  /** To be copied to the store before the workers read them; none for a dataset that is not built in. */
  readonly rawFiles: RawFiles;
}

/**
 * Opens a dataset. Nothing is written.
 *
 * @throws PermanentError InvalidDataset, InvalidInput for a location that cannot be read.
 */
export async function openDataset(settings: DatasetSettings): Promise<OpenedDataset> {
  const { dataset: location } = settings;
  const readFiles = builtIn.get(location);
  if (readFiles !== undefined) {
    const rawFiles = await readFiles();
    const files = new MemoryFiles(location, rawFiles);
    const source = withFacts(await openSource(files, settings), location);
    const partFiles = { rawFolder: objectKeys.rawFolder(location) };
    return { name: location, source, files, partFiles, rawFiles };
  }
  const files = await openSourceFiles(location);
  const source = await openSource(files, settings);
  const name = nameDataset(location, source.fingerprint);
  return { name, source, files, partFiles: { location }, rawFiles: new Map() };
}

/** Names of classes, and what is known of the dataset. */
function withFacts(source: Source, dataset: string): Source {
  const { classNames = source.classNames, remark } = findBuiltIn(dataset)!;
  const remarks = remark === undefined ? source.remarks : [...source.remarks, remark];
  return { ...source, ...(classNames === undefined ? {} : { classNames }), remarks };
}

/** Opens the files of a part. */
export async function openPartFiles({ files }: DatasetPart, store: ObjectStore): Promise<SourceFiles> {
  return 'location' in files ? openSourceFiles(files.location) : new StoreFiles(store, files.rawFolder);
}

/** `my-digits-1a2b3c4d`: folders with equal names, and different contents of one folder, get different names. */
function nameDataset(location: string, fingerprint: string): string {
  const lastSegment = location.split(/[/\\]/).findLast((segment) => /[A-Za-z0-9]/.test(segment)) ?? '';
  const slug = lastSegment
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-|-$/g, '');
  return `${slug === '' ? 'dataset' : slug}-${fingerprint.slice(0, 8)}`;
}
