import type { Epoch } from '../../contracts/results';
import { drawLineChart, type LineChartSpec } from './line-chart';
import type { Plot } from './plot';

type MetricName = 'loss' | 'acc' | 'val_loss' | 'val_acc';

const charts = {
  accuracy: {
    title: 'Training and validation accuracy',
    yName: 'acc',
    training: 'acc',
    validation: 'val_acc',
    legend: 'lower right',
    limits: [0, 1],
  },
  loss: {
    title: 'Training and validation loss',
    yName: 'loss',
    training: 'loss',
    validation: 'val_loss',
    legend: 'upper right',
    limits: [0, Number.POSITIVE_INFINITY],
  },
} as const satisfies Record<
  'accuracy' | 'loss',
  Pick<LineChartSpec, 'title' | 'yName' | 'legend' | 'limits'> & Record<'training' | 'validation', MetricName>
>;

export interface CurveOptions {
  /** The epoch whose weights the model has. It gets a ring, unless it is the last. @default the last */
  readonly modelEpoch?: number;
  /** What the losses contain beside the cross-entropy, such as `L2 penalty`. */
  readonly extras?: readonly string[];
}

/** Training and validation accuracy by epoch. */
export const drawAccuracy = (epochs: readonly Epoch[], options: CurveOptions = {}) =>
  drawCurves(epochs, 'accuracy', options);

/** Training and validation loss by epoch. */
export const drawLoss = (epochs: readonly Epoch[], options: CurveOptions = {}) =>
  drawCurves(epochs, 'loss', options);

function drawCurves(
  epochs: readonly Epoch[],
  name: 'accuracy' | 'loss',
  { modelEpoch, extras = [] }: CurveOptions,
): Plot {
  const { title, training, validation, legend, limits, ...chart } = charts[name];
  const yName = [chart.yName, ...extras].join(' + ');
  const last = epochs.at(-1)!;
  const series = (['training', 'validation'] as const).map((kind) => ({
    label: kind,
    className: kind,
    valueName: `${kind} ${chart.yName}`,
    points: pickMetric(epochs, kind === 'training' ? training : validation),
  }));
  const description = `After ${epochs.length} epochs: training ${last[training].toFixed(4)}, validation ${last[validation].toFixed(4)}.`;
  const ringedEpoch = modelEpoch === last.epoch ? undefined : modelEpoch;
  return drawLineChart({ name, title, description, yName, limits, series, legend, ringedEpoch });
}

export interface RunCurves {
  readonly runId: string;
  readonly epochs: readonly Epoch[];
}

/** The curves of several runs in one plot: validation solid, training dashed. The page has the colors of run 1, 2, … */
export function drawRunCurves(runs: readonly RunCurves[], name: 'accuracy' | 'loss'): Plot {
  const { title, yName, limits, training, validation } = charts[name];
  const series = runs.flatMap(({ runId, epochs }, index) => [
    {
      label: runId,
      className: `run-${index + 1} dashed`,
      valueName: `${runId} training`,
      points: pickMetric(epochs, training),
    },
    {
      label: runId,
      className: `run-${index + 1}`,
      valueName: `${runId} validation`,
      points: pickMetric(epochs, validation),
    },
  ]);
  const ends = runs.map(
    ({ runId, epochs }) => `${runId} ${epochs.at(-1)![validation].toFixed(4)} after ${epochs.length} epochs`,
  );
  const description = `Validation: ${ends.join('; ')}.`;
  return drawLineChart({ name, title, description, yName, limits, series, legend: 'none' });
}

const pickMetric = (epochs: readonly Epoch[], metric: MetricName) =>
  epochs.map((epoch) => ({ epoch: epoch.epoch, value: epoch[metric] }));
