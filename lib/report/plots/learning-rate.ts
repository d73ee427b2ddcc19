import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Epoch } from '../../contracts/results';
import type { RunConfig } from '../../contracts/run-config';
import { learningRateAt } from '../../schedule/learning-rate';
import { drawFrame, drawXTicks, drawYTicks, plotArea, ticksOf } from './axes';
import type { Plot } from './plot';

const width = 480;
const height = 250;
const inner = plotArea(width, height);
/** A schedule is a function of the finished part of the run, so any number of points may stand for an epoch's steps. */
const pointsPerEpoch = 40;

type Schedule = Pick<RunConfig, 'learningRate' | 'schedule' | 'epochs' | 'warmupEpochs'>;

/** The learning rate over the finished epochs. */
export function drawLearningRate(settings: Schedule, history: readonly Epoch[]): Plot {
  const points = history.flatMap((_, epoch) =>
    Array.from({ length: pointsPerEpoch }, (_point, index) => rateAfter(settings, history, epoch, index)),
  );
  const highest = max(points, ({ rate }) => rate) ?? 0;
  const xScale = scaleLinear([0, history.length], [inner.left, inner.right]);
  const yScale = scaleLinear([0, highest], [inner.bottom, inner.top]).nice(4);
  const path = line<(typeof points)[number]>(
    ({ done }) => xScale(done),
    ({ rate }) => yScale(rate),
  ).digits(2)(points);
  const [first, last] = [points[0]!, points.at(-1)!];
  return {
    name: 'learning-rate',
    title: 'Learning rate',
    description: `Over ${history.length} epochs: ${format(first.rate)} at first, at most ${format(highest)}, ${format(last.rate)} at last.`,
    width,
    height,
    marks: [
      drawYTicks(yScale, inner, ticksOf(yScale, 4)),
      drawXTicks(
        xScale,
        inner,
        xScale
          .ticks(10)
          .filter((tick) => Number.isInteger(tick))
          .map((value) => ({ value, text: value })),
      ),
      drawFrame(inner, 'finished epochs', 'learning rate'),
      `<path class="curve training" d="${path}"/>`,
    ].join(''),
  };
}

function rateAfter(settings: Schedule, history: readonly Epoch[], epoch: number, index: number) {
  const step = epoch * pointsPerEpoch + index;
  const position = { step, batchesPerEpoch: pointsPerEpoch, history: history.slice(0, epoch) };
  return { done: step / pointsPerEpoch, rate: learningRateAt(settings, position) };
}

const format = (rate: number) => String(Number(rate.toPrecision(2)));
