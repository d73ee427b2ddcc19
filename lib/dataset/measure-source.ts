import { PipelineError } from '../contracts/errors';
import type { Slice } from '../contracts/slices';
import { readSlice } from '../sources/read-slice';
import type { PlannedSlice, Source } from '../sources/source';
import type { SourceFiles } from '../sources/source-files';
import type { ImageRows } from './conversion/image-rows';
import { measureRows, type RowMeasures } from './conversion/measure-rows';
import { type BorderMeasures, measureBorder } from './rows/suspect-images';

/** The sample: this many slices of each section, evenly spaced, and this many images of each. */
const sampledSlices = 8;
const sampledRows = 64;

export interface MeasuredSource {
  /** Absent if no image of the sample can be read. */
  readonly measures: RowMeasures | undefined;
  readonly border: BorderMeasures;
  /** A sentence for each file of the sample that cannot be read. */
  readonly problems: readonly string[];
}

/** Measures a sample of the images: their shapes, and type and range of their values. Unreadable images are left out. */
export async function measureSource(source: Source, files: SourceFiles): Promise<MeasuredSource> {
  let measures: RowMeasures | undefined;
  let border: BorderMeasures | undefined;
  const problems = new Set<string>();
  for (const { slices } of source.sections) {
    for (const planned of chooseEvenly(slices, sampledSlices)) {
      try {
        for await (const block of takeRows(planned, files)) {
          measures = measureRows(block, measures);
          border = measureBorder(block, border);
        }
      } catch (error) {
        if (!(error instanceof PipelineError) || error.name !== 'InvalidDataset') throw error;
        problems.add(error.message);
      }
    }
  }
  return { measures, border: border ?? { sum: 0, count: 0 }, problems: [...problems] };
}

async function* takeRows({ slice, names }: PlannedSlice, files: SourceFiles): AsyncGenerator<ImageRows> {
  let rows = 0;
  for await (const block of readSlice(firstRows(slice), files, names)) {
    if ('values' in block) yield block;
    rows += block.rowCount;
    if (rows >= sampledRows) return;
  }
}

/** Only uncompressed numbers are read by ranges; other slices are read until there are enough images. */
function firstRows(slice: Slice): Slice {
  if (slice.kind !== 'values') return slice;
  return { ...slice, rowCount: Math.min(slice.rowCount, sampledRows) };
}

function chooseEvenly(slices: readonly PlannedSlice[], count: number): PlannedSlice[] {
  if (slices.length <= count) return [...slices];
  return Array.from({ length: count }, (_, index) => slices[Math.floor((index * slices.length) / count)]!);
}
