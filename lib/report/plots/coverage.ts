import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { CoveragePoint } from '../../evaluation/coverage';
import { formatPercent } from '../format-values';
import { drawText, drawUpwardText, type Plot, round } from './plot';

const width = 480;
const height = 340;
const inner = { left: 70, right: width - 14, top: 36, bottom: height - 46 };
/** More points than pixels change nothing that can be seen. */
const maxPoints = 400;

/** Accuracy of the answers against the fraction of images that get one, when the model may abstain. */
export function drawCoverage(points: readonly CoveragePoint[]): Plot {
  const shown = thin(points);
  const [lowest = 0] = extent(shown, ({ accuracy }) => accuracy);
  const xScale = scaleLinear([0, 1], [inner.left, inner.right]);
  const yScale = scaleLinear([Math.min(lowest, 0.999), 1], [inner.bottom, inner.top]).nice(5);
  const xTicks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((tick) => {
    const x = round(xScale(tick));
    return `<path class="frame" d="M${x} ${inner.bottom}v4"/>${drawText(x, inner.bottom + 18, tick.toFixed(1), 'tick', 'middle')}`;
  });
  const yTicks = yScale.ticks(5).map((tick) => {
    const y = round(yScale(tick));
    return `<path class="grid" d="M${inner.left} ${y}H${inner.right}"/>${drawText(inner.left - 8, y + 4, yScale.tickFormat(5)(tick), 'tick', 'end')}`;
  });
  const curve = line<CoveragePoint>(
    ({ coverage }) => xScale(coverage),
    ({ accuracy }) => yScale(accuracy),
  ).digits(2)(shown);
  return {
    name: 'coverage',
    title: 'Accuracy against coverage',
    description: `Answering every image, the model is right in ${formatPercent(points.at(-1)!.accuracy)}; the fewer of the least confident answers it gives, the more of them are right.`,
    width,
    height,
    marks: [
      ...yTicks,
      ...xTicks,
      `<rect class="frame" x="${inner.left}" y="${inner.top}" width="${inner.right - inner.left}" height="${inner.bottom - inner.top}"/>`,
      drawText((inner.left + inner.right) / 2, height - 8, 'fraction answered', 'axis-name', 'middle'),
      drawUpwardText(13, (inner.top + inner.bottom) / 2, 'accuracy of answers', 'axis-name'),
      `<path class="curve training" d="${curve}"/>`,
    ].join(''),
  };
}

function thin(points: readonly CoveragePoint[]): readonly CoveragePoint[] {
  const stride = Math.ceil(points.length / maxPoints);
  return points.filter((_, index) => index % stride === 0 || index === points.length - 1);
}
