import { type DatasetPart, type PartResult, partResultSchema } from '../../contracts/dataset';
import { PipelineError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { openPartFiles } from '../../dataset/open-dataset';
import { readPartNames } from '../../dataset/part-names';
import { PartWriter } from '../../dataset/part-writer';
import { readPlannedRows } from '../../dataset/rows-table';
import { readSlice } from '../../sources/read-slice';
import { putJson } from '../../store/json-objects';
import type { StepContext } from '../step-context';
import { stopIfInterrupted } from './stop-if-interrupted';

/**
 * Makes the shards of one part, and writes what it found. The same part gives the same bytes, so a second attempt or a
 * second worker may replace them at any time. What makes the dataset unusable is part of the result: the step `commit`
 * refuses it with the problems of all parts.
 *
 * @throws PermanentError ArtifactNotFound or CorruptArtifact for what the plan stored; InvalidInput for files that may not
 *   be read; TransientError Interrupted.
 */
export async function preprocessPart(part: DatasetPart, context: StepContext): Promise<PartResult> {
  const { store, signal, notify } = context;
  stopIfInterrupted(signal);
  notify({ type: 'step-started', step: 'shard', message: describePart(part) });
  const writer = new PartWriter(part, await readPlannedRows(store, part), store);
  const names = await readPartNames(store, part);
  try {
    for await (const block of readSlice(part.slice, await openPartFiles(part, store), names)) {
      stopIfInterrupted(signal);
      await writer.add(block);
    }
  } catch (error) {
    if (!(error instanceof PipelineError) || error.name !== 'InvalidDataset') throw error;
    writer.addProblem(error.message);
  }
  const result = await writer.finish();
  const key = objectKeys.partResult(part.dataset, part.contentKey, part.index);
  await putJson(store, key, partResultSchema, result);
  return result;
}

function describePart({ firstRow, rowCount }: DatasetPart): string {
  const last = firstRow + rowCount - 1;
  return `Preparing images ${firstRow.toLocaleString('en')} to ${last.toLocaleString('en')}`;
}
