import { type DatasetSettings, maxClasses } from '../../contracts/dataset-settings';
import type { LabelColumn } from '../../sources/source';
import { type Label, normalizeLabel, sortLabels } from './label-order';
import { chooseNumbering } from './number-classes';

export interface Classes {
  /** One for each class. */
  readonly classNames: readonly string[];
  /** Of each column, the class of every row. */
  readonly columns: readonly Uint8Array[];
  /** Classes mean nothing where there are problems. */
  readonly problems: readonly string[];
}

/**
 * Numbers the labels of all sections together 0, 1, …, with a name for each class.
 *
 * @param given - settings; `classNames` may be those of the source.
 */
export function toClasses(
  columns: readonly LabelColumn[],
  given: Pick<DatasetSettings, 'classes'> & { readonly classNames?: readonly string[] | undefined },
): Classes {
  const labelsOf = columns.map(({ values }) => values.map(normalizeLabel));
  const used = columns.flatMap(({ codes }, column) => listUsed(codes, labelsOf[column]!));
  const labels = sortLabels([...new Set(used)]);
  const problem = findProblem(labels);
  const numbering = problem === undefined ? chooseNumbering(labels, given) : { problem };
  if ('problem' in numbering) {
    const empty = columns.map(({ codes }) => new Uint8Array(codes.length));
    return { classNames: [], columns: empty, problems: [numbering.problem] };
  }
  return {
    classNames: numbering.classNames,
    columns: columns.map(({ codes }, column) => {
      const classOfCode = labelsOf[column]!.map((label) => numbering.classOf.get(label) ?? 0);
      // Uint8Array.from(codes) would collect all numbers in an array first, which takes 30 bytes for each.
      return Uint8Array.from({ length: codes.length }, (_, row) => classOfCode[codes[row]!]!);
    }),
    problems: [],
  };
}

/** Columns may have values that no row has. */
function listUsed(codes: LabelColumn['codes'], labels: readonly Label[]): Label[] {
  const isUsed = new Uint8Array(labels.length);
  for (const code of codes) isUsed[code] = 1;
  return labels.filter((_, code) => isUsed[code] === 1);
}

function findProblem(labels: readonly Label[]): string | undefined {
  for (const label of labels) {
    if (label === '') return 'There are images without a label. Give each a label, or remove it.';
    if (typeof label === 'string') {
      if (!/^[+-]?\d{16,}$/.test(label)) continue;
      return `The label ${label} is too large: whole numbers are exact up to ${Number.MAX_SAFE_INTEGER}. Number the classes from 0, or give them names that are not numbers.`;
    }
    if (!Number.isInteger(label))
      return `The label ${label} is not a whole number. Labels are whole numbers or text: number the classes from 0, or name the column of the labels with --labels-column.`;
    if (!Number.isSafeInteger(label))
      return `The label ${label} is too large: whole numbers are exact up to ${Number.MAX_SAFE_INTEGER}. Number the classes from 0.`;
  }
  if (labels.length === 1)
    return `All images have the label ${JSON.stringify(labels[0])}, and a classifier needs at least two classes.`;
  if (labels.length > maxClasses)
    return `The labels have ${labels.length.toLocaleString('en')} different values, such as ${labels
      .slice(0, 3)
      .map((label) => JSON.stringify(label))
      .join(
        ', ',
      )}, and at most ${maxClasses} classes are possible. If another column has the labels, name it with --labels-column.`;
  return undefined;
}
