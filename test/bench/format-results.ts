import { z } from 'zod';

/** Output of a candidate after each epoch. */
export const epochSchema = z.object({ seconds: z.number(), accuracy: z.number() });

/** Last output of a candidate: seconds from its start to the saved model. */
export const wholeSchema = z.object({ wholeSeconds: z.number(), peakBytes: z.number(), version: z.string() });

export type CandidateRun = z.infer<typeof wholeSchema> & {
  readonly epochs: readonly z.infer<typeof epochSchema>[];
};

export interface NamedRuns {
  readonly name: string;
  /** One per round. */
  readonly runs: CandidateRun[];
}

/** A column: what one run gives, and whether the first candidate is compared by it. */
export interface Figure {
  readonly title: string;
  readonly digits: number;
  readonly of: (run: CandidateRun) => number;
  readonly isCompared: boolean;
}

export const epochFigure: Figure = { title: 'epoch, s', digits: 3, of: epochSeconds, isCompared: true };

export const wholeFigures: readonly Figure[] = [
  {
    title: 'start to saved model, s',
    digits: 1,
    of: ({ wholeSeconds }) => wholeSeconds,
    isCompared: true,
  },
  { title: 'peak memory, MiB', digits: 0, of: ({ peakBytes }) => peakBytes / 2 ** 20, isCompared: true },
];

export const accuracyFigure: Figure = {
  title: 'test accuracy',
  digits: 4,
  of: ({ epochs }) => epochs.at(-1)!.accuracy,
  isCompared: false,
};

/**
 * A Markdown table with a row per candidate: medians with ranges. The first candidate is compared with each of the others,
 * round by round, so that ratios are of runs that were close in time.
 */
export function formatRounds(candidates: readonly NamedRuns[], figures: readonly Figure[]): string {
  const [first] = candidates;
  const ratioTitle = `${first!.name} / this`;
  const heading = figures.flatMap(({ title, isCompared }) => (isCompared ? [title, ratioTitle] : [title]));
  const rows = candidates.map(({ name, runs }) => [
    `${name} ${runs[0]!.version}`,
    ...figures.flatMap(({ digits, of, isCompared }) => {
      const absolute = range(runs.map(of), digits);
      const ratios = runs.map((run, round) => of(first!.runs[round]!) / of(run));
      return isCompared ? [absolute, range(ratios, 2)] : [absolute];
    }),
  ]);
  const table = [['', ...heading], ['---', ...heading.map(() => '---')], ...rows];
  return table.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** @param limits - seconds for only the matrix products of one epoch. */
export function formatLimit(limits: readonly number[], { runs }: NamedRuns): string {
  const share = (100 * median(limits)) / median(runs.map(epochSeconds));
  return `The matrix products of an epoch alone take ${range(limits, 2)} s: ${share.toFixed(0)} % of our epoch.`;
}

/** Median over the epochs of a process, without the first one, which warms up. */
function epochSeconds({ epochs }: CandidateRun): number {
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
