import type { DatasetSettings } from '../contracts/dataset-settings';
import { PermanentError } from '../contracts/errors';
import { openCsv } from './csv/open-csv';
import { openIdx } from './idx/open-idx';
import { openImages } from './images/open-images';
import { openNpz } from './npz/open-npz';
import { openParquet } from './parquet/open-parquet';
import type { OpenSource, Source } from './source';
import type { SourceFiles } from './source-files';

/** The kinds of sources, in the order in which they are tried. Each knows its own by content. */
const kinds: readonly OpenSource[] = [openIdx, openNpz, openParquet, openCsv, openImages];

/**
 * Opens a source: headers, listings and labels.
 *
 * @throws PermanentError InvalidDataset for files of no known kind.
 */
export async function openSource(files: SourceFiles, settings: DatasetSettings): Promise<Source> {
  for (const open of kinds) {
    const source = await open(files, settings);
    if (source !== undefined) return source;
  }
  throw new PermanentError('InvalidDataset', await describeUnknown(files), {
    evidence: { location: files.location },
  });
}

async function describeUnknown(files: SourceFiles): Promise<string> {
  const names: string[] = [];
  for await (const { name } of files.list()) {
    names.push(name);
    if (names.length === 4) break;
  }
  const found =
    names.length === 0
      ? 'there is no file in it'
      : `among its files are ${names
          .slice(0, 3)
          .map((name) => JSON.stringify(name))
          .join(', ')}`;
  return `The dataset ${JSON.stringify(files.location)} is of no known kind: ${found}. A dataset is "mnist", or a file, a folder or s3://bucket/prefix with images and labels; docs/datasets.md has all kinds.`;
}
