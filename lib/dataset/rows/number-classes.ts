import { type DatasetSettings, maxClasses } from '../../contracts/dataset-settings';
import type { Label } from './label-order';

interface Numbering {
  readonly classNames: readonly string[];
  readonly classOf: ReadonlyMap<Label, number>;
}

type Result = Numbering | { readonly problem: string };

interface Given extends Pick<DatasetSettings, 'classes'> {
  readonly classNames?: readonly string[] | undefined;
}

/** @param labels - all different ones, sorted; at least two, and valid. */
export function chooseNumbering(labels: readonly Label[], { classes, classNames }: Given): Result {
  if (classNames === undefined) return numberWithoutNames(labels, classes);
  const repeated = classNames.find((name, index) => classNames.indexOf(name) !== index);
  if (repeated !== undefined)
    return {
      problem: `The class name ${JSON.stringify(repeated)} is there twice. Give every class its own.`,
    };
  const count = classes ?? classNames.length;
  if (count > maxClasses)
    return { problem: `There are ${count} class names, and at most ${maxClasses} classes are possible.` };
  const names = Array.from({ length: count }, (_, index) => classNames[index] ?? String(index));
  const indexes = new Map(names.map((name, index) => [name.normalize('NFC'), index]));
  if (labels.every((label) => typeof label === 'string' && indexes.has(label)))
    return {
      classNames: names,
      classOf: new Map(labels.map((label) => [label, indexes.get(String(label))!])),
    };
  if (areBelow(labels, count)) return { classNames: names, classOf: asTheyAre(labels) };
  if (labels.length === count) return { classNames: names, classOf: inOrder(labels) };
  return {
    problem: `There are ${count} class names, and ${describeLabels(labels)}. Give one name for each label, in this order, or names for labels from 0 to ${count - 1}.`,
  };
}

function numberWithoutNames(labels: readonly Label[], classes: number | undefined): Result {
  const named = { classNames: labels.map(String), classOf: inOrder(labels) };
  if (classes === undefined) return named;
  if (areBelow(labels, classes)) {
    const classNames = Array.from({ length: classes }, (_, index) => String(index));
    return { classNames, classOf: asTheyAre(labels) };
  }
  const isGapless = labels.every(
    (label, index) => typeof label === 'string' || label === Number(labels[0]) + index,
  );
  if (labels.length === classes && isGapless) return named;
  const [lowest, highest] = [labels[0]!, labels.at(-1)!];
  if (typeof highest === 'string' || Number(lowest) < 0 || highest >= maxClasses)
    return {
      problem: `"classes" is ${classes}, and ${describeLabels(labels)}. Set "classes" to ${labels.length}, or leave it out.`,
    };
  return {
    problem: `The label ${highest} is too high: labels are 0 to ${classes - 1} with ${classes} classes. The dataset's labels are ${lowest} to ${highest}: set "classes" to ${Number(highest) + 1}, leave it out, or correct the labels.`,
  };
}

const areBelow = (labels: readonly Label[], count: number) =>
  labels.every((label) => typeof label === 'number' && label >= 0 && label < count);

const asTheyAre = (labels: readonly Label[]) => new Map(labels.map((label) => [label, Number(label)]));

const inOrder = (labels: readonly Label[]) => new Map(labels.map((label, index) => [label, index]));

function describeLabels(labels: readonly Label[]): string {
  const shown = labels.slice(0, 5).map((label) => JSON.stringify(label));
  return `the dataset has ${labels.length} different labels (${shown.join(', ')}${labels.length > 5 ? ', …' : ''})`;
}
