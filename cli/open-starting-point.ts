import type { ObjectStore } from '../lib/store/object-store';
import { type GivenSettings, isModelFile } from './settings';
import type { StartingPoint } from './starting-point';
import type { Terminal } from './terminal';

/**
 * What `train --model` and `--from` determine; see `readStartingPoint`. It loads TensorFlow.js only if there is something
 * to read.
 */
export async function openStartingPoint(
  from: string | undefined,
  given: GivenSettings,
  store: ObjectStore,
  { report }: Terminal,
): Promise<StartingPoint> {
  if (from === undefined && !isModelFile(given['model'])) return { settings: {}, objects: [], notes: [] };
  const { readStartingPoint } = await import('./starting-point');
  const start = await readStartingPoint(from, given, store);
  for (const message of start.notes) report({ type: 'note', message });
  return start;
}
