import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Epoch } from '../../contracts/results';
import { drawText, drawUpwardText, type Plot, round } from './plot';

interface CurveSpec {
  readonly name: 'accuracy' | 'loss';
  readonly title: string;
  readonly yName: 'acc' | 'loss';
  readonly training: 'acc' | 'loss';
  readonly validation: 'val_acc' | 'val_loss';
  readonly legend: 'lower right' | 'upper right';
}

const width = 480;
const height = 340;
const inner = { left: 58, right: width - 14, top: 36, bottom: height - 46 };
const legendSize = { width: 106, height: 46, gap: 8 };

/** Training and validation accuracy by epoch. */
export const drawAccuracy = (epochs: readonly Epoch[]) =>
  drawCurves(epochs, {
    name: 'accuracy',
    title: 'Training and validation accuracy',
    yName: 'acc',
    training: 'acc',
    validation: 'val_acc',
    legend: 'lower right',
  });

/** Training and validation loss by epoch. */
export const drawLoss = (epochs: readonly Epoch[]) =>
  drawCurves(epochs, {
    name: 'loss',
    title: 'Training and validation loss',
    yName: 'loss',
    training: 'loss',
    validation: 'val_loss',
    legend: 'upper right',
  });

function drawCurves(epochs: readonly Epoch[], spec: CurveSpec): Plot {
  const values = epochs.flatMap((epoch) => [epoch[spec.training], epoch[spec.validation]]);
  const [lowest = 0, highest = 1] = extent(values);
  const xScale = scaleLinear([epochs[0]!.epoch, epochs.at(-1)!.epoch], [inner.left + 12, inner.right - 12]);
  const yScale = scaleLinear(padded(lowest, highest), [inner.bottom, inner.top]).nice(6);
  const last = epochs.at(-1)!;

  const yTicks = yScale.ticks(6).map((tick) => {
    const y = round(yScale(tick));
    return `<path class="grid" d="M${inner.left} ${y}H${inner.right}"/>${drawText(inner.left - 8, y + 4, yScale.tickFormat(6)(tick), 'tick', 'end')}`;
  });
  const xTicks = epochTicks(epochs, xScale.ticks(10)).map((tick) => {
    const x = round(xScale(tick));
    return `<path class="frame" d="M${x} ${inner.bottom}v4"/>${drawText(x, inner.bottom + 18, tick, 'tick', 'middle')}`;
  });
  const series = (kind: 'training' | 'validation') => {
    const key = spec[kind];
    const path = line<Epoch>(
      (epoch) => xScale(epoch.epoch),
      (epoch) => yScale(epoch[key]),
    ).digits(2)(epochs);
    const points = epochs.map(
      (epoch) =>
        `<circle class="point ${kind}" cx="${round(xScale(epoch.epoch))}" cy="${round(yScale(epoch[key]))}" r="3.2">` +
        `<title>${kind} ${spec.yName}, epoch ${epoch.epoch}: ${epoch[key].toFixed(4)}</title></circle>`,
    );
    return `<path class="curve ${kind}" d="${path}"/>${points.join('')}`;
  };

  return {
    name: spec.name,
    title: spec.title,
    description: `After ${epochs.length} epochs: training ${last[spec.training].toFixed(4)}, validation ${last[spec.validation].toFixed(4)}.`,
    width,
    height,
    marks: [
      ...yTicks,
      ...xTicks,
      `<rect class="frame" x="${inner.left}" y="${inner.top}" width="${inner.right - inner.left}" height="${inner.bottom - inner.top}"/>`,
      drawText((inner.left + inner.right) / 2, height - 8, 'epoch', 'axis-name', 'middle'),
      drawUpwardText(15, (inner.top + inner.bottom) / 2, spec.yName, 'axis-name'),
      series('training'),
      series('validation'),
      drawLegend(spec.legend),
    ].join(''),
  };
}

function drawLegend(place: CurveSpec['legend']): string {
  const { gap } = legendSize;
  const x = inner.right - legendSize.width - gap;
  const y = place === 'lower right' ? inner.bottom - legendSize.height - gap : inner.top + gap;
  const entry = (kind: 'training' | 'validation', row: number) => {
    const middle = y + 15 + row * 17;
    return (
      `<path class="curve ${kind}" d="M${x + 9} ${middle}h20"/>` +
      `<circle class="point ${kind}" cx="${x + 19}" cy="${middle}" r="3.2"/>${drawText(x + 37, middle + 4, kind, 'key')}`
    );
  };
  return (
    `<rect class="legend" data-place="${place}" x="${x}" y="${y}" width="${legendSize.width}" height="${legendSize.height}" rx="4"/>` +
    entry('training', 0) +
    entry('validation', 1)
  );
}

/** Room above and below the curves; a flat line gets a range of its own, or it has no scale. */
function padded(lowest: number, highest: number): [number, number] {
  const margin = highest > lowest ? (highest - lowest) * 0.04 : Math.max(Math.abs(highest) * 0.05, 0.01);
  return [lowest - margin, highest + margin];
}

/** Whole epochs only; a single epoch is its own tick. */
const epochTicks = (epochs: readonly Epoch[], ticks: readonly number[]) =>
  epochs.length === 1 ? [epochs[0]!.epoch] : ticks.filter(Number.isInteger);
