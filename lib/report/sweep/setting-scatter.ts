import { drawFrame, drawXTicks, drawYTicks, plotArea } from '../plots/axes';
import { type Plot, round } from '../plots/plot';
import { metricName, metricScale } from './metric-scale';
import type { SettingAxis } from './setting-axis';
import { markClasses, type SweepView } from './sweep-view';

const width = 340;
const height = 270;
const inner = plotArea(width, height);
/** Points of one category stand beside each other, so that equal values do not hide each other. */
const spread = [0, 5, -5, 10, -10, 2.5, -2.5, 7.5, -7.5];

/** The value of each trial against one of its settings. Trials without the setting are left out. */
export function drawSettingScatter({ state, trials, ranked }: SweepView, axis: SettingAxis): Plot {
  const { metric } = state.sweep;
  const { name, stops, stopOf, ticks } = axis;
  const isMinimized = metric === 'validation-loss';
  const values = trials.flatMap(({ value }) => value ?? []);
  const { place, ticks: valueTicks } = metricScale(
    metric,
    values,
    isMinimized ? [inner.bottom, inner.top] : [inner.top, inner.bottom],
  );
  const [left, right] = [inner.left + 12, inner.right - 12];
  const xAt = (position: number) => round(left + position * (right - left));
  const isCategory = stops === ticks;
  const points = [...ranked].reverse().flatMap((trial) => {
    const stop = stops[stopOf[trials.indexOf(trial)]!];
    if (stop === undefined || trial.value === undefined) return [];
    const x = round(xAt(stop.position) + (isCategory ? spread[trial.trial % spread.length]! : 0));
    return [
      `<circle class="${markClasses(trial, trials.length)}" data-trial="${trial.trial}" cx="${x}" cy="${round(place(trial.value))}" r="${trial.isBest ? 6 : 4}"/>`,
    ];
  });
  return {
    name: 'setting-scatter',
    title: `${metricName(metric)} against ${name}`,
    description: `${points.length} of ${trials.length} trials.`,
    width,
    height,
    marks: [
      drawYTicks(place, inner, valueTicks),
      drawXTicks(
        xAt,
        inner,
        shownTicks(ticks).map(({ position, text }) => ({ value: position, text })),
      ),
      drawFrame(inner, name, metricName(metric)),
      ...points,
    ].join(''),
  };
}

const letterWidth = 7.5;

/** Every tick where there is room for all of them, else every second, third, … */
function shownTicks(ticks: SettingAxis['ticks']): SettingAxis['ticks'] {
  const longest = Math.max(...ticks.map(({ text }) => text.length)) * letterWidth + 6;
  const room = Math.max(1, Math.floor((inner.right - inner.left) / longest));
  const step = Math.ceil(ticks.length / room);
  return ticks.filter((_, index) => index % step === 0);
}
