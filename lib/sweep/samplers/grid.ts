import type { Drawn } from '../../contracts/sweep';
import { enumerateCases, representativesToCount } from '../cases';
import { type Dimension, isActive } from '../dimensions';
import { countValues, valueAt } from '../domain';

/** More combinations of what others depend on than this are not counted. */
const maxCases = 10_000;

/**
 * How many different trials a space has, calculated without making them.
 *
 * @param dimensions - none of them continuous.
 * @returns `undefined` if so much depends on other settings that counting would take long.
 */
export function gridSize(dimensions: readonly Dimension[]): number | undefined {
  const isDeciding = ({ name }: Dimension) =>
    dimensions.some(({ when }) => when.some((condition) => condition.name === name));
  const deciding = dimensions.filter(isDeciding);
  const others = dimensions.filter((dimension) => !isDeciding(dimension));
  let size = 0;
  let cases = 0;
  for (const { drawn, count } of enumerateCases(deciding, (dimension) =>
    representativesToCount(dimension, dimensions),
  )) {
    cases += 1;
    if (cases > maxCases) return undefined;
    size += others
      .filter((dimension) => isActive(dimension, drawn))
      .reduce((product, { domain }) => product * countValues(domain), count);
  }
  return size;
}

/**
 * All combinations, the first setting changing slowest.
 *
 * @param dimensions - none of them continuous.
 */
export function* gridTrials(
  dimensions: readonly Dimension[],
  position = 0,
  drawn: Drawn = {},
): Generator<Drawn> {
  const dimension = dimensions[position];
  if (dimension === undefined) {
    yield drawn;
    return;
  }
  const { name, domain } = dimension;
  if (domain.kind === 'continuous' || !isActive(dimension, drawn)) {
    yield* gridTrials(dimensions, position + 1, drawn);
    return;
  }
  for (let index = 0; index < countValues(domain); index += 1)
    yield* gridTrials(dimensions, position + 1, { ...drawn, [name]: valueAt(domain, index) });
}
