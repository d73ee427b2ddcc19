import type { Drawn, GivenDimension, SettingValue, Sweep } from '../contracts/sweep';
import { type Domain, domainOf, textOf } from './domain';

/** A setting of the space. */
export interface Dimension {
  readonly name: string;
  readonly domain: Domain;
  /** A trial has the setting where each of these has one of the values, which are compared by their text. */
  readonly when: readonly { readonly name: string; readonly texts: ReadonlySet<string> }[];
}

type GivenSpace = Sweep['space'];

/**
 * The settings in the order of the file, but each one after those that its `when` names.
 *
 * @returns without those that depend on each other in a circle, and on these.
 */
export function orderByConditions(space: GivenSpace): string[] {
  const ordered = new Set<string>();
  let waiting = Object.keys(space);
  for (;;) {
    const next = waiting.find((name) =>
      Object.keys(space[name]!.when ?? {}).every((parent) => ordered.has(parent)),
    );
    if (next === undefined) return [...ordered];
    ordered.add(next);
    waiting = waiting.filter((name) => name !== next);
  }
}

/** @param space - checked. */
export function dimensionsOf(space: GivenSpace): Dimension[] {
  return orderByConditions(space).map((name) => dimensionOf(name, space[name]!));
}

const dimensionOf = (name: string, given: GivenDimension): Dimension => ({
  name,
  domain: domainOf(given),
  when: Object.entries(given.when ?? {}).map(([parent, values]) => ({
    name: parent,
    texts: new Set(values.map(textOf)),
  })),
});

/** Whether a trial that has drawn the settings of `when` has this one too. */
export function isActive({ when }: Dimension, drawn: Drawn): boolean {
  return when.every(({ name, texts }) => {
    const value = drawn[name];
    return value !== undefined && texts.has(textOf(value));
  });
}

/** Draws the settings that a trial has, those that decide about others first. */
export function drawActive(
  dimensions: readonly Dimension[],
  draw: (dimension: Dimension) => SettingValue,
): Drawn {
  const drawn: Record<string, SettingValue> = {};
  for (const dimension of dimensions) {
    if (isActive(dimension, drawn)) drawn[dimension.name] = draw(dimension);
  }
  return drawn;
}
