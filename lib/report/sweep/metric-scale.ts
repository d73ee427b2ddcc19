import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { Sweep } from '../../contracts/sweep';
import { formatPercent } from '../format-values';
import type { Tick } from '../plots/axes';

/** Where values of a metric are drawn. Good values differ by little, so both metrics have the scale of a logarithm. */
export interface MetricScale {
  /** In user units. */
  readonly place: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** Of an accuracy, the share of mistakes is what the logarithm is taken of; below this it is drawn as this. */
const smallestError = 1e-4;
const smallestLoss = 1e-6;

/** What is to be small: the loss, or the share of mistakes. */
export const lossOf = (value: number, metric: Sweep['metric']) =>
  metric === 'validation-loss' ? Math.max(value, smallestLoss) : Math.max(1 - value, smallestError);

export const metricName = (metric: Sweep['metric']) => metric.replace('-', ' ');

/** `0.0521`, `98.46 %`. */
export const formatMetric = (value: number, metric: Sweep['metric']) =>
  metric === 'validation-loss' ? formatLoss(value) : formatPercent(value);

/** Four decimals, of small losses three digits. */
export const formatLoss = (loss: number) =>
  loss === 0 || loss >= 0.001 ? loss.toFixed(4) : String(Number(loss.toPrecision(3)));

/**
 * @param range - where the best and the worst of the values are drawn.
 */
export function metricScale(
  metric: Sweep['metric'],
  values: readonly number[],
  [best, worst]: readonly [best: number, worst: number],
): MetricScale {
  const losses = values.map((value) => lossOf(value, metric));
  const [low = 0.1, high = 1] = extent(losses);
  // A single value gets a range too, because a scale cannot be empty.
  const margin = Math.max((Math.log(high) - Math.log(low)) * 0.04, 0.01);
  const [from, to] = [Math.exp(Math.log(low) - margin), Math.exp(Math.log(high) + margin)];
  const scale = scaleLinear([Math.log(from), Math.log(to)], [best, worst]);
  return {
    place: (value) => scale(Math.log(lossOf(value, metric))),
    ticks: lossTicks(from, to).map((loss) =>
      metric === 'validation-loss'
        ? { value: loss, text: String(Number(loss.toPrecision(3))) }
        : { value: 1 - loss, text: `${Number(((1 - loss) * 100).toFixed(3))} %` },
    ),
  };
}

/** Steps within a power of ten, the finest first. */
const tickFactors = [[1, 1.5, 2, 3, 4, 5, 7], [1, 2, 3, 5], [1, 3], [1]];
const [leastTicks, mostTicks] = [3, 7];

/** As many as have room, at round numbers; over a short range equal steps. */
function lossTicks(low: number, high: number): number[] {
  const candidates = tickFactors.map((factors) =>
    factors.flatMap((factor) => powersBetween(low, high, factor)).sort((a, b) => a - b),
  );
  if (candidates[0]!.length < leastTicks) return scaleLinear([low, high], [0, 1]).ticks(5);
  return candidates.find(({ length }) => length <= mostTicks) ?? candidates.at(-1)!;
}

function powersBetween(low: number, high: number, factor: number): number[] {
  const first = Math.ceil(Math.log10(low / factor) - 1e-9);
  const last = Math.floor(Math.log10(high / factor) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number((factor * 10 ** (first + index)).toPrecision(3)),
  );
}
