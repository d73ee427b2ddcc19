import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatasetSettings } from '../../lib/contracts/dataset-settings';
import { openSourceFiles } from '../../lib/sources/open-files';
import { readSlice } from '../../lib/sources/read-slice';
import type { SourceSection } from '../../lib/sources/source';
import type { SourceFiles } from '../../lib/sources/source-files';

export const datasetSettings = (given: Partial<DatasetSettings> = {}): DatasetSettings => ({
  dataset: '',
  imageSize: 0,
  channels: 0,
  invert: false,
  transpose: false,
  white: 0,
  testFraction: 0,
  splitSeed: 1,
  groupBy: '',
  imagesColumn: '',
  labelsColumn: '',
  dropDuplicates: false,
  skipUnreadable: 0,
  ...given,
});

/** Writes files into a new folder. */
export async function openFilesOf(
  scratch: string,
  contents: Readonly<Record<string, Uint8Array | string>>,
): Promise<SourceFiles> {
  const folder = mkdtempSync(join(scratch, 'source-'));
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return openSourceFiles(folder);
}

export interface ReadSection {
  readonly values: number[];
  readonly shape: readonly number[] | undefined;
  readonly names: string[];
  readonly problems: string[];
  readonly labels: (number | string)[];
}

/** All rows of a section, as its slices give them. */
export async function readSection(section: SourceSection, files: SourceFiles): Promise<ReadSection> {
  const { values: labelValues, codes } = section.labels;
  const read: ReadSection & { shape: readonly number[] | undefined } = {
    values: [],
    shape: undefined,
    names: [],
    problems: [],
    labels: Array.from(codes, (code) => labelValues[code]!),
  };
  for (const { slice, names, rowCount } of section.slices) {
    let rows = 0;
    for await (const block of readSlice(JSON.parse(JSON.stringify(slice)), files, names)) {
      for (let row = 0; row < block.rowCount; row += 1) read.names.push(block.nameOf(row));
      rows += block.rowCount;
      if ('problem' in block) read.problems.push(block.problem);
      else {
        read.shape = block.shape;
        for (const value of block.values) read.values.push(value);
      }
    }
    expect(rows).toBe(rowCount);
  }
  return read;
}
