import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { CoveragePoint } from '../../evaluation/coverage';
import { formatPercent } from '../format-values';
import { drawFrame, drawXTicks, drawYTicks, plotArea, ticksOf } from './axes';
import type { Plot } from './plot';

const width = 480;
const height = 340;
const inner = plotArea(width, height);
/** More points than pixels make no visible difference. */
const maxPoints = 400;

/** Accuracy against the fraction of images that the model answers, when it abstains below a confidence. */
export function drawCoverage(points: readonly CoveragePoint[]): Plot {
  const shown = thin(points);
  const [lowest = 0] = extent(shown, ({ accuracy }) => accuracy);
  const xScale = scaleLinear([0, 1], [inner.left, inner.right]);
  // A shorter axis has ticks of four decimals, which do not fit beside its name.
  const yScale = scaleLinear([Math.min(lowest, 0.99), 1], [inner.bottom, inner.top]).nice(5);
  const curve = line<CoveragePoint>(
    ({ coverage }) => xScale(coverage),
    ({ accuracy }) => yScale(accuracy),
  ).digits(2)(shown);
  return {
    name: 'coverage',
    title: 'Accuracy against coverage',
    description: `The accuracy is ${formatPercent(points.at(-1)!.accuracy)} on all images, and rises when the model answers only the images where it is most confident.`,
    width,
    height,
    marks: [
      drawYTicks(yScale, inner, ticksOf(yScale, 5)),
      drawXTicks(xScale, inner, ticksOf(xScale, 5)),
      drawFrame(inner, 'fraction answered', 'accuracy'),
      `<path class="curve training" d="${curve}"/>`,
    ].join(''),
  };
}

function thin(points: readonly CoveragePoint[]): readonly CoveragePoint[] {
  const stride = Math.ceil(points.length / maxPoints);
  return points.filter((_, index) => index % stride === 0 || index === points.length - 1);
}
