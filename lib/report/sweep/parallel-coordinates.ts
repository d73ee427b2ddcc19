import { escapeMarkup } from '../escape-markup';
import { drawText, type Plot, round } from '../plots/plot';
import { formatMetric, metricName, metricScale } from './metric-scale';
import type { SettingAxis } from './setting-axis';
import { count, markClasses, type SweepView, trialName } from './sweep-view';

const height = 400;
const inner = { top: 60, bottom: height - 52 };
/** Where a setting is drawn that a trial does not have. */
const absentY = inner.bottom + 30;
/** Of an average letter of an axis name. */
const letterWidth = 7.4;
const smallestGap = 112;
/** More numbers of epochs have no room on their axis. */
const maxEpochTicks = 6;

/** An axis in user units, and the values on it at which a filter can begin and end. */
export interface PlacedAxis extends Pick<SettingAxis, 'name' | 'stopOf'> {
  readonly x: number;
  readonly stops: readonly { readonly y: number; readonly text: string }[];
  readonly ticks: readonly { readonly y: number; readonly text: string }[];
}

export interface ParallelCoordinates {
  readonly plot: Plot;
  readonly axes: readonly PlacedAxis[];
}

/** One line for each trial, through its settings to its value. */
export function drawParallelCoordinates(view: SweepView): ParallelCoordinates {
  const { trials, state } = view;
  const { axes, width } = placeAxes(view);
  const scales = axes.map(
    ({ x, name, ticks, stopOf }, index) =>
      `<path class="frame" d="M${x} ${inner.top}V${inner.bottom}"/>` +
      drawText(x, 42, name, 'axis-name', 'middle') +
      ticks
        .map(
          ({ y, text }) =>
            `<path class="frame" d="M${x - 4} ${y}h8"/>${drawTickText(x, y, text, index === axes.length - 1)}`,
        )
        .join('') +
      (stopOf.includes(-1) && index < axes.length - 1
        ? drawText(x, absentY + 18, 'not used', 'tick', 'middle')
        : ''),
  );
  // The best is drawn last, over the others.
  const lines = [...view.ranked].reverse().map((trial) => {
    const place = trials.indexOf(trial);
    const points = axes.map(({ x, stops, stopOf }) => `${x} ${stops[stopOf[place]!]?.y ?? absentY}`);
    const value =
      trial.value === undefined
        ? 'no value'
        : `${metricName(state.sweep.metric)} ${formatMetric(trial.value, state.sweep.metric)}`;
    return `<path class="${markClasses(trial, trials.length)}" data-trial="${trial.trial}" d="M${points.join('L')}"><title>${escapeMarkup(`${trialName(trial)}: ${value}`)}</title></path>`;
  });
  return {
    axes,
    plot: {
      name: 'parallel-coordinates',
      title: 'Parallel coordinates',
      description: `${count(trials.length, 'trial')}, each a line through its ${count(view.axes.length, 'setting')} to its ${metricName(state.sweep.metric)}.`,
      width,
      height,
      marks: [...lines, ...scales].join(''),
    },
  };
}

const drawTickText = (x: number, y: number, text: string, isLast: boolean) =>
  // Above the lines that meet at the value.
  isLast ? drawText(x - 8, y - 4, text, 'tick halo', 'end') : drawText(x + 8, y - 4, text, 'tick halo');

function placeAxes(view: SweepView): { axes: PlacedAxis[]; width: number } {
  const axes = [...view.axes.map(placeSetting), ...epochsAxis(view), metricAxis(view)];
  const longest = Math.max(...axes.map(({ name }) => name.length)) * letterWidth;
  const gap = Math.max(smallestGap, longest + 14);
  const margin = longest / 2 + 8;
  const width = Math.max(1060, round(2 * margin + gap * (axes.length - 1)));
  const step = axes.length === 1 ? 0 : (width - 2 * margin) / (axes.length - 1);
  return { width, axes: axes.map((axis, index) => ({ ...axis, x: round(margin + index * step) })) };
}

type Unplaced = Omit<PlacedAxis, 'x'>;

const yAt = (position: number) => round(inner.bottom - position * (inner.bottom - inner.top));

function placeSetting({ name, stops, ticks, stopOf }: SettingAxis): Unplaced {
  const place = ({ position, text }: SettingAxis['stops'][number]) => ({ y: yAt(position), text });
  return { name, stopOf, stops: stops.map(place), ticks: ticks.map(place) };
}

/** How far trials came; nothing where all came equally far. */
function epochsAxis({ trials }: SweepView): Unplaced[] {
  const numbers = trials.map(({ epochs }) => epochs.length);
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  if (distinct.length < 2) return [];
  const [low, high] = [distinct[0]!, distinct.at(-1)!];
  const stops = distinct.map((each) => ({ y: yAt((each - low) / (high - low)), text: String(each) }));
  const ticks = stops.length <= maxEpochTicks ? stops : [stops[0]!, stops.at(-1)!];
  return [{ name: 'epochs', stops, ticks, stopOf: numbers.map((each) => distinct.indexOf(each)) }];
}

/** The best value at the top. */
function metricAxis({ trials, state }: SweepView): Unplaced {
  const { metric } = state.sweep;
  const values = trials.flatMap(({ value }) => value ?? []);
  const { place, ticks } = metricScale(metric, values, [inner.top, inner.bottom]);
  const distinct = [...new Set(values)].sort((a, b) => place(b) - place(a));
  return {
    name: metricName(metric),
    stops: distinct.map((value) => ({ y: round(place(value)), text: formatMetric(value, metric) })),
    ticks: ticks.map(({ value, text }) => ({ y: round(place(value)), text: String(text) })),
    stopOf: trials.map(({ value }) => (value === undefined ? -1 : distinct.indexOf(value))),
  };
}
