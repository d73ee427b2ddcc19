import { scaleLinear } from 'd3-scale';
import { escapeMarkup } from '../escape-markup';
import { formatPercent, formatSeconds, formatUsd } from '../format-values';
import { drawFrame, drawXTicks, drawYTicks, plotArea, ticksOf } from '../plots/axes';
import { drawText, type Plot, round } from '../plots/plot';
import { lossOf, metricScale } from './metric-scale';
import { paretoFront } from './pareto-front';
import { markClasses, type SweepView, trialName } from './sweep-view';

const width = 1060;
const height = 380;
const inner = plotArea(width, height);
const accuracy = 'validation-accuracy';
/** Names of the front's points are left out where they would overlap. */
const nameDistance = 74;

/** What each trial cost, in dollars or on this machine in seconds, against its validation accuracy. */
export function drawCostScatter({ trials, ranked, hasCost }: SweepView): Plot {
  const costOfTrial = (trial: { costUsd: number; seconds: number }) =>
    hasCost ? trial.costUsd : trial.seconds;
  const points = [...ranked].reverse().flatMap((trial) =>
    trial.validationAccuracy === undefined || trial.status === 'failed'
      ? []
      : [
          {
            trial,
            cost: costOfTrial(trial),
            loss: lossOf(trial.validationAccuracy, accuracy),
            accuracy: trial.validationAccuracy,
          },
        ],
  );
  const xScale = scaleLinear(
    [0, Math.max(...points.map(({ cost }) => cost), Number.MIN_VALUE) * 1.05],
    [inner.left, inner.right],
  );
  const { place, ticks } = metricScale(
    accuracy,
    points.map((point) => point.accuracy),
    [inner.top, inner.bottom],
  );
  const front = paretoFront(points);
  const placed = front.map((point) => ({
    ...point,
    x: round(xScale(point.cost)),
    y: round(place(point.accuracy)),
  }));
  const steps = placed.map(({ x, y }, index) => (index === 0 ? `M${x} ${y}` : `H${x}V${y}`));
  const circles = points.map(({ trial, cost, accuracy }) => {
    const title = `${trialName(trial)}: ${formatPercent(accuracy)} for ${hasCost ? formatUsd(cost) : formatSeconds(cost)}`;
    return `<circle class="${markClasses(trial, trials.length)}" data-trial="${trial.trial}" cx="${round(xScale(cost))}" cy="${round(place(accuracy))}" r="${trial.isBest ? 7 : 4.5}"><title>${escapeMarkup(title)}</title></circle>`;
  });
  const names = placed
    .filter(({ x }, index) => index === placed.length - 1 || placed.at(-1)!.x - x >= nameDistance)
    .filter(({ x }, index, all) => index === all.length - 1 || all[index + 1]!.x - x >= nameDistance)
    .map(({ trial, x, y }, index, all) => {
      // The line ends at the last point: beside it is room.
      const isBeside = index === all.length - 1 && x < inner.right - nameDistance;
      return isBeside
        ? drawText(x + 12, y + 4, trialName(trial), 'tick halo')
        : drawText(
            x - 8,
            Math.max(inner.top + 12, y - 9),
            trialName(trial),
            'tick halo',
            x < 150 ? 'start' : 'end',
          );
    });
  return {
    name: 'cost-scatter',
    title: `Validation accuracy against ${hasCost ? 'cost' : 'time'}`,
    description: `No trial beats the ${front.length} of the Pareto front in both: ${front.map(({ trial }) => trialName(trial)).join(', ')}.`,
    width,
    height,
    marks: [
      drawYTicks(place, inner, ticks),
      drawXTicks(xScale, inner, ticksOf(xScale, 8)),
      drawFrame(inner, hasCost ? 'US dollars' : 'seconds of training', 'validation accuracy'),
      `<path class="front" d="${steps.join('')}"/>`,
      ...circles,
      ...names,
    ].join(''),
  };
}
