import type { Drawn, SettingValue } from '../contracts/sweep';
import { type Dimension, isActive } from './dimensions';
import { countValues, createMembershipTest, type Domain, endsOf, textOf, valueAt } from './domain';

/** One value that stands for `count` values. */
interface Representative {
  readonly value: SettingValue;
  readonly count: number;
}

interface Group {
  /** Some of its values, the least and the greatest among them. */
  readonly values: readonly SettingValue[];
  /** Of all its values. */
  readonly count: number;
}

/** The values of a dimension, divided by the lists of `when` that they are in. */
function groupValues({ name, domain }: Dimension, all: readonly Dimension[]): Group[] {
  if (domain.kind === 'continuous') return [{ values: endsOf(domain), count: countValues(domain) }];
  const lists = all.flatMap(({ when }) => when.filter((condition) => condition.name === name));
  const groups = new Map<string, SettingValue[]>();
  for (const value of distinctValues(domain, new Set(lists.flatMap(({ texts }) => [...texts])))) {
    const text = textOf(value);
    const membership = lists.map(({ texts }) => (texts.has(text) ? '1' : '0')).join('');
    groups.set(membership, [...(groups.get(membership) ?? []), value]);
  }
  const unlisted = '0'.repeat(lists.length);
  const listedCount = [...groups].reduce(
    (sum, [membership, { length }]) => (membership === unlisted ? sum : sum + length),
    0,
  );
  return [...groups].map(([membership, values]) => ({
    values,
    count: membership === unlisted ? countValues(domain) - listedCount : values.length,
  }));
}

/** All values of a list; of numbers, which may be a billion, those that are listed and the ends of the others. */
function distinctValues(
  domain: Exclude<Domain, { kind: 'continuous' }>,
  listed: ReadonlySet<string>,
): readonly SettingValue[] {
  if (domain.kind === 'choice') return domain.values;
  const isUnlisted = (index: number) => !listed.has(textOf(valueAt(domain, index)));
  let first = 0;
  while (first < domain.count && !isUnlisted(first)) first += 1;
  let last = domain.count - 1;
  while (last > first && !isUnlisted(last)) last -= 1;
  const ends = first === domain.count ? [] : first === last ? [first] : [first, last];
  const isMember = createMembershipTest(domain);
  const values = [...listed].map((text): SettingValue => JSON.parse(text)).filter(isMember);
  return [...ends.map((index) => valueAt(domain, index)), ...values];
}

/** For counting: one value of each group. */
export function representativesToCount(dimension: Dimension, all: readonly Dimension[]): Representative[] {
  return groupValues(dimension, all).map(({ values, count }) => ({ value: values[0]!, count }));
}

/**
 * For checking: the least and the greatest number of each group, because what settings mean together changes at limits;
 * all of what is no number.
 */
export function representativesToCheck(dimension: Dimension, all: readonly Dimension[]): Representative[] {
  const { domain } = dimension;
  const values =
    domain.kind === 'choice' && !domain.values.every((value) => typeof value === 'number')
      ? domain.values
      : groupValues(dimension, all).flatMap((group) => endsOfNumbers(group.values as readonly number[]));
  return values.map((value) => ({ value, count: 1 }));
}

function endsOfNumbers(numbers: readonly number[]): number[] {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted.length < 2 ? sorted : [sorted[0]!, sorted.at(-1)!];
}

/** A combination of representatives, which stands for `count` combinations of values. */
interface Case {
  readonly drawn: Drawn;
  readonly count: number;
}

/** Every combination of representatives, where a dimension that a combination does not have adds none. */
export function* enumerateCases(
  dimensions: readonly Dimension[],
  representativesOf: (dimension: Dimension) => readonly Representative[],
): Generator<Case> {
  const choices = dimensions.map(representativesOf);
  function* extend(position: number, drawn: Drawn, count: number): Generator<Case> {
    const dimension = dimensions[position];
    if (dimension === undefined) {
      yield { drawn, count };
    } else if (isActive(dimension, drawn)) {
      for (const choice of choices[position]!)
        yield* extend(position + 1, { ...drawn, [dimension.name]: choice.value }, count * choice.count);
    } else {
      yield* extend(position + 1, drawn, count);
    }
  }
  yield* extend(0, {}, 1);
}
