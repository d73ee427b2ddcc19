import type { ShardPlan, ShardResult } from '../../contracts/dataset';
import { valuesPerImage } from '../../contracts/image-shape';
import { normalizePixels } from '../../dataset/pixels';
import { encodeShard } from '../../dataset/shards';
import type { StepContext } from '../step-context';
import { stopIfInterrupted } from './stop-if-interrupted';

/**
 * Makes one shard from its byte ranges of the raw files. The same plan gives the same bytes, so a second attempt or a
 * second worker may replace the shard at any time.
 *
 * @throws PermanentError ArtifactNotFound or CorruptArtifact for the raw files; TransientError Interrupted.
 */
export async function preprocessShard(plan: ShardPlan, context: StepContext): Promise<ShardResult> {
  const { split, index, firstRow, rowCount, imageShape, shardKey } = plan;
  const { store, signal, notify } = context;
  stopIfInterrupted(signal);
  const lastRow = firstRow + rowCount - 1;
  notify({
    type: 'step-started',
    step: 'shard',
    message: `Preparing ${split} images ${firstRow.toLocaleString('en')} to ${lastRow.toLocaleString('en')}`,
  });
  const imageValues = valuesPerImage(imageShape);
  const pixels = await store.getRange(
    plan.imagesKey,
    plan.imagesOffset + firstRow * imageValues,
    rowCount * imageValues,
  );
  const labels = await store.getRange(plan.labelsKey, plan.labelsOffset + firstRow, rowCount);
  const body = await encodeShard({ images: normalizePixels(pixels), labels }, imageShape);
  const { sha256, bytes } = await store.put(shardKey, body);
  return { split, index, rowCount, sha256: sha256!, bytes };
}
