/** A whole number, or text. */
export type Label = number | string;

const wholeNumber = /^(0|-?[1-9]\d{0,14})$/;

/** Whole numbers that are written as text are numbers, and text has one form of each accented letter. */
export function normalizeLabel(value: Label): Label {
  if (typeof value === 'number') return value === 0 ? 0 : value;
  return wholeNumber.test(value) ? Number(value) : value.normalize('NFC');
}

/** Numbers by size, then text by code points. */
export function sortLabels(labels: readonly Label[]): Label[] {
  return labels.toSorted((a, b) => {
    if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
    return typeof b === 'number' ? 1 : Buffer.compare(Buffer.from(a), Buffer.from(b));
  });
}
