import { scaleLinear } from 'd3-scale';
import { escapeMarkup } from '../escape-markup';
import { drawFrame, drawXTicks, drawYTicks, plotArea } from '../plots/axes';
import { drawText, type Plot, round } from '../plots/plot';
import { formatMetric, metricName, metricScale } from './metric-scale';
import { count, markClasses, type SweepView, type TrialView, trialName } from './sweep-view';

const width = 1060;
const height = 420;
const inner = plotArea(width, height);

/** The metric of each trial after each of its epochs, and the rungs. */
export function drawTrialCurves({ state, trials, ranked }: SweepView): Plot {
  const { metric, rungs } = state.sweep;
  const isMinimized = metric === 'validation-loss';
  const pick = ({ epochs }: TrialView) =>
    epochs.map(({ epoch, val_loss, val_acc }) => ({ epoch, value: isMinimized ? val_loss : val_acc }));
  const all = trials.flatMap(pick);
  const lastEpoch = Math.max(2, ...rungs, ...all.map(({ epoch }) => epoch));
  const xScale = scaleLinear([1, lastEpoch], [inner.left + 12, inner.right - 12]);
  const { place, ticks } = metricScale(
    metric,
    all.map(({ value }) => value),
    isMinimized ? [inner.bottom, inner.top] : [inner.top, inner.bottom],
  );
  const curves = [...ranked].reverse().flatMap((trial) => {
    const points = pick(trial);
    const last = points.at(-1);
    if (last === undefined) return [];
    const places = points.map(({ epoch, value }) => `${round(xScale(epoch))} ${round(place(value))}`);
    const classes = markClasses(trial, trials.length);
    const title = `${trialName(trial)}: ${formatMetric(last.value, metric)} after ${count(points.length, 'epoch')}`;
    return [
      `<g data-trial="${trial.trial}"><title>${escapeMarkup(title)}</title>` +
        (places.length === 1 ? '' : `<path class="${classes}" d="M${places.join('L')}"/>`) +
        `<circle class="${classes}" cx="${round(xScale(last.epoch))}" cy="${round(place(last.value))}" r="${trial.isBest ? 5 : 3}"/></g>`,
    ];
  });
  const rungLines = rungs.slice(0, -1).map((rung) => {
    const x = round(xScale(rung));
    return `<path class="diagonal" d="M${x} ${inner.top}V${inner.bottom}"/>${drawText(x + 5, inner.top + 14, `rung ${rung}`, 'tick halo')}`;
  });
  const whole = rungs.at(-1);
  return {
    name: 'trial-curves',
    title: 'Learning curves',
    description: `The ${metricName(metric)} of ${count(curves.length, 'trial')} by epoch${whole === undefined ? '' : `, of ${whole}`}.`,
    width,
    height,
    marks: [
      drawYTicks(place, inner, ticks),
      drawXTicks(
        xScale,
        inner,
        xScale
          .ticks(12)
          .filter((tick) => Number.isInteger(tick))
          .map((value) => ({ value, text: value })),
      ),
      drawFrame(inner, 'epoch', metricName(metric)),
      ...rungLines,
      ...curves,
    ].join(''),
  };
}
