import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { escapeMarkup } from '../escape-markup';
import { drawFrame, drawXTicks, drawYTicks, plotArea, ticksOf } from './axes';
import { drawText, type Plot, type PlotName, round } from './plot';

export interface LineSeries {
  /** In the legend. */
  readonly label: string;
  /** CSS classes of its marks: a color, and optionally `dashed`. */
  readonly className: string;
  /** Name of the value in the title of a point. */
  readonly valueName: string;
  readonly points: readonly { readonly epoch: number; readonly value: number }[];
}

export interface LineChartSpec {
  readonly name: PlotName;
  readonly title: string;
  readonly description: string;
  readonly yName: string;
  /** The smallest and the largest value that there can be: the axis does not go beyond them. */
  readonly limits: readonly [number, number];
  /** At least one, each with at least one point. */
  readonly series: readonly LineSeries[];
  /** `none` if the page explains the colors itself. */
  readonly legend: 'lower right' | 'upper right' | 'none';
  /** A ring around the point of the last series at this epoch. */
  readonly ringedEpoch?: number | undefined;
}

const width = 480;
const height = 340;
const inner = plotArea(width, height);
const legendBox = { width: 120, rowHeight: 17, gap: 8 };

/** One line for each series over the epochs. The title of each point reads "<valueName>, epoch <n>: <value>". */
export function drawLineChart(spec: LineChartSpec): Plot {
  const points = spec.series.flatMap((series) => series.points);
  const [lowest = 0, highest = 1] = extent(points, ({ value }) => value);
  const [firstEpoch = 1, lastEpoch = 1] = extent(points, ({ epoch }) => epoch);
  const xScale = scaleLinear([firstEpoch, lastEpoch], [inner.left + 12, inner.right - 12]);
  const yScale = scaleLinear(padded(lowest, highest, spec.limits), [inner.bottom, inner.top]).nice(6);

  // Whole epochs only; a single epoch is its own tick.
  const epochTicks =
    firstEpoch === lastEpoch ? [firstEpoch] : xScale.ticks(10).filter((tick) => Number.isInteger(tick));
  const curves = spec.series.map(({ className, valueName, points }) => {
    const path = line<LineSeries['points'][number]>(
      ({ epoch }) => xScale(epoch),
      ({ value }) => yScale(value),
    ).digits(2)(points);
    const circles = points.map(
      ({ epoch, value }) =>
        `<circle class="point ${className}" cx="${round(xScale(epoch))}" cy="${round(yScale(value))}" r="3.2">` +
        `<title>${escapeMarkup(valueName)}, epoch ${epoch}: ${value.toFixed(4)}</title></circle>`,
    );
    return `<path class="curve ${className}" d="${path}"/>${circles.join('')}`;
  });

  const ringed = spec.series.at(-1)!.points.find(({ epoch }) => epoch === spec.ringedEpoch);
  const ring =
    ringed === undefined
      ? ''
      : `<circle class="ring" data-epoch="${ringed.epoch}" cx="${round(xScale(ringed.epoch))}" cy="${round(yScale(ringed.value))}" r="7"/>`;

  return {
    name: spec.name,
    title: spec.title,
    description: spec.description,
    width,
    height,
    marks: [
      drawYTicks(yScale, inner, ticksOf(yScale, 6)),
      drawXTicks(
        xScale,
        inner,
        epochTicks.map((value) => ({ value, text: value })),
      ),
      drawFrame(inner, 'epoch', spec.yName),
      ...curves,
      ring,
      spec.legend === 'none' ? '' : drawLegend(spec.series, spec.legend),
    ].join(''),
  };
}

function drawLegend(series: readonly LineSeries[], place: 'lower right' | 'upper right'): string {
  const { gap, rowHeight } = legendBox;
  const boxHeight = 12 + rowHeight * series.length;
  const x = inner.right - legendBox.width - gap;
  const y = place === 'lower right' ? inner.bottom - boxHeight - gap : inner.top + gap;
  const entries = series.map(({ className, label }, row) => {
    const middle = y + 15 + row * rowHeight;
    return (
      `<path class="curve ${className}" d="M${x + 9} ${middle}h20"/>` +
      `<circle class="point ${className}" cx="${x + 19}" cy="${middle}" r="3.2"/>${drawText(x + 37, middle + 4, label, 'key')}`
    );
  });
  return (
    `<rect class="legend" data-place="${place}" x="${x}" y="${y}" width="${legendBox.width}" height="${boxHeight}" rx="4"/>` +
    entries.join('')
  );
}

/** Adds a margin above and below the curves. A flat line gets a range too, because a scale cannot be empty. */
function padded(lowest: number, highest: number, [least, most]: LineChartSpec['limits']): [number, number] {
  const margin = highest > lowest ? (highest - lowest) * 0.04 : Math.max(Math.abs(highest) * 0.05, 0.01);
  return [Math.max(least, lowest - margin), Math.min(most, highest + margin)];
}
