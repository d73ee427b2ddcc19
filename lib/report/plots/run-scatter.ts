import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { totalSeconds } from '../compare-tables';
import type { ComparedRun } from '../comparison-data';
import { escapeMarkup } from '../escape-markup';
import { formatPercent, formatSeconds } from '../format-values';
import { drawFrame, drawXTicks, drawYTicks, plotArea, ticksOf } from './axes';
import { drawText, type Plot, round } from './plot';

const width = 960;
const height = 340;
const inner = plotArea(width, height);
/** More names than this would overlap. */
const maxNames = 12;

/** One point for each run: its total time in seconds against its test accuracy. */
export function drawRunScatter(runs: readonly ComparedRun[]): Plot {
  const points = runs.map((run, index) => ({
    runId: run.runId,
    index,
    seconds: totalSeconds(run),
    accuracy: run.record.accuracy,
  }));
  const [low = 0, high = 1] = extent(points, ({ accuracy }) => accuracy);
  const margin = Math.max((high - low) * 0.15, 0.0005);
  const xScale = scaleLinear(
    [0, Math.max(1, ...points.map(({ seconds }) => seconds)) * 1.08],
    [inner.left, inner.right],
  );
  const yScale = scaleLinear(
    [Math.max(0, low - margin), Math.min(1, high + margin)],
    [inner.bottom, inner.top],
  );
  const marks = points.map(({ runId, index, seconds, accuracy }) => {
    const x = round(xScale(seconds));
    const y = round(yScale(accuracy));
    const isRight = x > (inner.left + inner.right) / 2;
    const name =
      points.length > maxNames
        ? ''
        : drawText(x + (isRight ? -10 : 10), y + 4, runId, 'tick', isRight ? 'end' : 'start');
    return `<circle class="point run-${index + 1}" cx="${x}" cy="${y}" r="6"><title>${escapeMarkup(`${runId}: ${formatPercent(accuracy)} in ${formatSeconds(seconds)}`)}</title></circle>${name}`;
  });
  const best = points.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  return {
    name: 'run-scatter',
    title: 'Test accuracy against total time',
    description: `The most accurate of ${points.length} runs is ${best.runId}: ${formatPercent(best.accuracy)} in ${formatSeconds(best.seconds)}.`,
    width,
    height,
    marks: [
      drawYTicks(yScale, inner, ticksOf(yScale, 5)),
      drawXTicks(xScale, inner, ticksOf(xScale, 8)),
      drawFrame(inner, 'seconds, all steps', 'test accuracy'),
      ...marks,
    ].join(''),
  };
}
