import { z } from 'zod';

/** Output of a baseline after each epoch. */
export const epochSchema = z.object({ seconds: z.number(), accuracy: z.number() });

/** Last output of a baseline: seconds from its start to the saved model. */
export const wholeSchema = z.object({ wholeSeconds: z.number(), peakBytes: z.number(), version: z.string() });

export type BaselineRun = z.infer<typeof wholeSchema> & {
  readonly epochs: readonly z.infer<typeof epochSchema>[];
};

export interface BenchResults {
  readonly date: string;
  readonly machine: string;
  /** Seconds for only the matrix products of one epoch. */
  readonly limits: readonly number[];
  /** Ours, then Keras. */
  readonly pairs: readonly (readonly [BaselineRun, BaselineRun])[];
  readonly stock: readonly BaselineRun[];
  readonly wholePairs: readonly (readonly [BaselineRun, BaselineRun])[];
}

/** A Markdown table: medians with ranges; ratios are computed per pair. */
export function formatResults({ date, machine, limits, pairs, stock, wholePairs }: BenchResults): string {
  const ours = pairs.map(([run]) => run);
  const keras = pairs.map(([, run]) => run);
  const ratio = (of: (run: BaselineRun) => number) => pairs.map(([a, b]) => of(a) / of(b));
  const wholeRatio = wholePairs.map(([a, b]) => a.wholeSeconds / b.wholeSeconds);
  const mib = (runs: readonly BaselineRun[]) => runs.map(({ peakBytes }) => peakBytes / 2 ** 20);
  const rows: readonly (readonly string[])[] = [
    ['', 'ours', 'Keras', 'ours / Keras', 'stock model.fit'],
    ['---', '---', '---', '---', '---'],
    [
      'epoch, s',
      range(ours.map(epochSeconds), 2),
      range(keras.map(epochSeconds), 2),
      range(ratio(epochSeconds), 2),
      range(stock.map(epochSeconds), 2),
    ],
    [
      '10 epochs, start to saved model, s',
      range(
        wholePairs.map(([a]) => a.wholeSeconds),
        1,
      ),
      range(
        wholePairs.map(([, b]) => b.wholeSeconds),
        1,
      ),
      range(wholeRatio, 2),
      '',
    ],
    [
      'peak memory, MiB',
      range(mib(ours), 0),
      range(mib(keras), 0),
      range(
        ratio(({ peakBytes }) => peakBytes),
        2,
      ),
      range(mib(stock), 0),
    ],
    [
      'test accuracy after 10 epochs',
      range(
        wholePairs.map(([a]) => a.epochs.at(-1)!.accuracy),
        4,
      ),
      range(
        wholePairs.map(([, b]) => b.epochs.at(-1)!.accuracy),
        4,
      ),
      '',
      '',
    ],
  ];
  const limit = median(limits);
  const share = limit / median(ours.map(epochSeconds));
  return [
    `${machine}, ${date.slice(0, 10)}; median (range)`,
    '',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    `The matrix products of an epoch alone take ${range(limits, 2)} s: ${(100 * share).toFixed(0)} % of our epoch.`,
  ].join('\n');
}

export interface NamedRuns {
  readonly name: string;
  /** One per round. */
  readonly runs: BaselineRun[];
}

/** A Markdown table; the first candidate is compared with each of the others, round by round. */
export function formatRounds(baselines: readonly NamedRuns[]): string {
  const [first] = baselines;
  const rows = baselines.map(({ name, runs }) => [
    name,
    range(runs.map(epochSeconds), 3),
    range(
      runs.map((run, round) => epochSeconds(first!.runs[round]!) / epochSeconds(run)),
      2,
    ),
    range(
      runs.map(({ epochs }) => epochs.at(-1)!.accuracy),
      4,
    ),
  ]);
  const heading = ['', 'seconds', `${first!.name} / this`, 'test accuracy'];
  return [heading, heading.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Median over the epochs of a process, without the first one, which warms up. */
function epochSeconds({ epochs }: BaselineRun): number {
  return median(epochs.slice(1).map(({ seconds }) => seconds));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

function range(values: readonly number[], digits: number): string {
  const figure = (value: number) => value.toFixed(digits);
  return `${figure(median(values))} (${figure(Math.min(...values))}–${figure(Math.max(...values))})`;
}
