import { scaleLinear } from 'd3-scale';
import type { Calibration } from '../../evaluation/calibration';
import { formatCount, formatPercent } from '../format-values';
import { drawFrame, drawXTicks, drawYTicks, plotArea, ticksOf } from './axes';
import { type Plot, round } from './plot';

const width = 480;
const height = 340;
const inner = plotArea(width, height);

/**
 * Reliability diagram: accuracy by confidence. A bar that ends on the diagonal is calibrated, one below it is
 * overconfident.
 */
export function drawReliability({ bins, expectedCalibrationError }: Calibration): Plot {
  const xScale = scaleLinear([0, 1], [inner.left, inner.right]);
  const yScale = scaleLinear([0, 1], [inner.bottom, inner.top]);
  const ticks = ticksOf(xScale, 5);
  const bars = bins.map(({ from, to, count, confidence, accuracy }) => {
    if (count === 0) return '';
    const x = round(xScale(from) + 1);
    const barWidth = round(xScale(to) - xScale(from) - 2);
    const drawBar = (className: string, low: number, high: number) =>
      `<rect class="${className}" x="${x}" y="${round(yScale(high))}" width="${barWidth}" height="${round(yScale(low) - yScale(high))}"/>`;
    const title = `confidence ${formatPercent(from, 0)} to ${formatPercent(to, 0)}: ${formatCount(count)} images, accuracy ${formatPercent(accuracy, 1)}, mean confidence ${formatPercent(confidence, 1)}`;
    return (
      `<g><title>${title}</title>${drawBar('bin', 0, accuracy)}` +
      `${drawBar('gap', Math.min(accuracy, confidence), Math.max(accuracy, confidence))}</g>`
    );
  });
  const fullest = bins.reduce((best, bin) => (bin.count > best.count ? bin : best));
  return {
    name: 'calibration',
    title: 'Reliability diagram',
    description: `Expected calibration error ${formatPercent(expectedCalibrationError)}. Of the ${formatCount(fullest.count)} images with a confidence of ${formatPercent(fullest.from, 0)} to ${formatPercent(fullest.to, 0)}, ${formatPercent(fullest.accuracy, 1)} are classified correctly.`,
    width,
    height,
    marks: [
      drawYTicks(yScale, inner, ticks),
      drawXTicks(xScale, inner, ticks),
      ...bars,
      `<path class="diagonal" d="M${inner.left} ${inner.bottom}L${inner.right} ${inner.top}"/>`,
      drawFrame(inner, 'confidence', 'accuracy'),
    ].join(''),
  };
}
