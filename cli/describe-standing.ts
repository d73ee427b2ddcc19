import type { RunRecord } from '../lib/contracts/results';
import { listRuns } from '../lib/pipeline/list-runs';
import { areMeasuredAlike } from '../lib/report/comparison-data';
import type { ObjectStore } from '../lib/store/object-store';
import { commandLine } from './command-text';
import { findBestRun, isFinished } from './run-ids';

export interface NextCommand {
  readonly command: string;
  readonly meaning: string;
}

/** How a finished run compares with the other runs of its store, and what to run next. */
export interface Standing {
  /** Absent for the first run on its dataset. */
  readonly standing?: string;
  readonly nextCommands: readonly NextCommand[];
}

export async function describeStanding(store: ObjectStore, runId: string): Promise<Standing> {
  const runs = (await listRuns(store)).filter(isFinished);
  const record = runs.find((run) => run.runId === runId)!.record;
  // Only the same images give comparable accuracies.
  const others = runs.filter((run) => run.runId !== runId && areMeasuredAlike(run.record, record));
  const best = findBestRun(others);
  const previous = others
    .filter((run) => run.record.finishedAt <= record.finishedAt)
    .sort((a, b) => b.record.finishedAt.localeCompare(a.record.finishedAt))[0];
  return {
    ...(best && { standing: compareWithBest(record, best.record) }),
    nextCommands: listNextCommands(store, runId, previous?.runId),
  };
}

function compareWithBest({ accuracy }: RunRecord, best: RunRecord): string {
  const earlier = `${best.accuracy.toFixed(4)} (${best.runId})`;
  if (accuracy > best.accuracy) return `this run; the best before it: ${earlier}`;
  if (accuracy === best.accuracy) return `${earlier}, the same as this run`;
  return `${earlier}, ${(100 * (best.accuracy - accuracy)).toFixed(2)} points above this run`;
}

function listNextCommands(store: ObjectStore, runId: string, previousId: string | undefined): NextCommand[] {
  return [
    { command: commandLine(store, 'open', runId), meaning: 'the report' },
    { command: commandLine(store, 'serve', runId), meaning: 'try it in the browser' },
    { command: commandLine(store, 'predict', 'image.png', '--run-id', runId), meaning: 'classify an image' },
    ...(previousId === undefined
      ? []
      : [{ command: commandLine(store, 'compare', previousId, runId), meaning: 'with the previous run' }]),
  ];
}
