import { median } from './format-results';
import type { ScaleMeasurement, ScaleStep } from './scale-job';

/** One training of a size, with its evaluation. */
export interface ScaleRun {
  readonly shuffleWindow: number;
  /** Images that were shuffled together; `undefined` where all images were in memory. */
  readonly windowRows: number | undefined;
  readonly train: ScaleMeasurement;
  /** The epoch alone, with its validation. */
  readonly epochSeconds: number;
  readonly evaluate: ScaleMeasurement;
}

/** What was measured with one number of training images. */
export interface ScaleResult {
  readonly trainCount: number;
  readonly testCount: number;
  readonly sourceBytes: number;
  readonly shardBytes: number;
  readonly preparation: Readonly<
    Record<Exclude<ScaleStep, 'generate' | 'train' | 'evaluate'>, ScaleMeasurement>
  >;
  /** In the order in which they ran; windows repeat where there were several rounds. */
  readonly runs: readonly ScaleRun[];
}

/** A Markdown table with a column for each size: `formatMeasurement` of each step. */
export function formatScale(results: readonly ScaleResult[]): string {
  const row = (name: string, cell: (result: ScaleResult) => string) =>
    `| ${[name, ...results.map(cell)].join(' | ')} |`;
  const windows = [...new Set(results.flatMap(({ runs }) => runs.map(({ shuffleWindow }) => shuffleWindow)))];
  return [
    row('training images', ({ trainCount }) => formatCount(trainCount)),
    `| --- |${' ---: |'.repeat(results.length)}`,
    row('test images', ({ testCount }) => formatCount(testCount)),
    row('IDX files, shards', (result) => `${megabytes(result.sourceBytes)}, ${megabytes(result.shardBytes)}`),
    row('plan', ({ preparation }) => formatMeasurement(preparation.plan)),
    row('shard, all parts', ({ preparation }) => formatMeasurement(preparation.shard)),
    row('commit', ({ preparation }) => formatMeasurement(preparation.commit)),
    ...windows.flatMap((window) => {
      const first = ({ runs }: ScaleResult) => runs.find(({ shuffleWindow }) => shuffleWindow === window)!;
      return [
        row(`train, ${describeSetting(window)}`, (result) => {
          const { train, windowRows } = first(result);
          const where = windowRows === undefined ? 'in memory' : `windows of ${formatCount(windowRows)}`;
          return `${where}: ${formatMeasurement(train)}`;
        }),
        row('its epoch alone', (result) => {
          const { epochSeconds } = first(result);
          return `${epochSeconds.toFixed(1)} s, ${formatCount(Math.round(result.trainCount / epochSeconds))} images/s`;
        }),
        row('evaluate', (result) => formatMeasurement(first(result).evaluate)),
      ];
    }),
  ].join('\n');
}

/** How long the same epoch takes with each window, as medians of several rounds. */
export function formatEpochs({ trainCount, runs }: ScaleResult): string {
  const windows = [...new Set(runs.map(({ shuffleWindow }) => shuffleWindow))];
  const described = windows.map((window) => {
    const rounds = runs.filter(({ shuffleWindow }) => shuffleWindow === window);
    const seconds = rounds.map(({ epochSeconds }) => epochSeconds);
    const range = `${Math.min(...seconds).toFixed(1)}–${Math.max(...seconds).toFixed(1)}`;
    const where =
      rounds[0]!.windowRows === undefined ? 'in memory' : `from shards (${describeSetting(window)})`;
    return `${where} ${median(seconds).toFixed(1)} s (${range})`;
  });
  return `An epoch of ${formatCount(trainCount)} images: ${described.join(', ')}.`;
}

const describeSetting = (window: number) =>
  window === 0 ? 'default window' : `window ${formatCount(window)}`;
const formatCount = (count: number) => count.toLocaleString('en');
const megabytes = (bytes: number) => `${formatCount(Math.round(bytes / 1e6))} MB`;
/** `12.3 s (20.1), 456 MiB`: seconds, those of all processors together, and peak memory. */
export const formatMeasurement = ({ seconds, cpuSeconds, peakBytes }: ScaleMeasurement) =>
  `${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)}), ${formatCount(Math.round(peakBytes / 2 ** 20))} MiB`;
