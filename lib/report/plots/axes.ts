import type { ScaleLinear } from 'd3-scale';
import { drawText, drawUpwardText, round } from './plot';

/** The area of the plot inside its axes, in user units. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Leaves room for the larger text that pages use on phones. */
export function plotArea(width: number, height: number): PlotArea {
  return { left: 70, right: width - 14, top: 36, bottom: height - 46 };
}

/** A value on an axis, and its label. */
export interface Tick {
  readonly value: number;
  readonly text: string | number;
}

type Scale = ScaleLinear<number, number>;
/** Where a value is drawn: a scale, or what has one inside. */
type Place = (value: number) => number;

/** The ticks of a scale, in the scale's number format. */
export function ticksOf(scale: Scale, count: number): Tick[] {
  const format = scale.tickFormat(count);
  return scale.ticks(count).map((value) => ({ value, text: format(value) }));
}

/** Horizontal grid lines, each with its label on the left. */
export function drawYTicks(scale: Place, { left, right }: PlotArea, ticks: readonly Tick[]): string {
  return ticks
    .map(({ value, text }) => {
      const y = round(scale(value));
      return `<path class="grid" d="M${left} ${y}H${right}"/>${drawText(left - 8, y + 4, text, 'tick', 'end')}`;
    })
    .join('');
}

/** Ticks below the area, each with its label. */
export function drawXTicks(scale: Place, { bottom }: PlotArea, ticks: readonly Tick[]): string {
  return ticks
    .map(({ value, text }) => {
      const x = round(scale(value));
      return `<path class="frame" d="M${x} ${bottom}v4"/>${drawText(x, bottom + 18, text, 'tick', 'middle')}`;
    })
    .join('');
}

/** The frame, and the names of its axes. */
export function drawFrame({ left, right, top, bottom }: PlotArea, xName: string, yName: string): string {
  return (
    `<rect class="frame" x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/>` +
    drawText((left + right) / 2, bottom + 38, xName, 'axis-name', 'middle') +
    drawUpwardText(13, (top + bottom) / 2, yName, 'axis-name')
  );
}
