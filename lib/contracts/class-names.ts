/** `0` … `n-1`: the names where a dataset has none. */
export const indexNames = (classes: number): string[] =>
  Array.from({ length: classes }, (_, index) => String(index));

/** Whether every class is named by its number, so that a name says no more than the number. */
export const areIndexNames = (classNames: readonly string[]) =>
  classNames.every((name, index) => name === String(index));

/** Controls, separators of lines, halves of surrogate pairs, and the marks that change the direction of the text after them. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * The names as pages, tables and files of text show them: on one line, and without characters that change what is around
 * them. The name of a class that has nothing else is its number.
 */
export function printableNames(classNames: readonly string[]): string[] {
  return classNames.map((name, index) => {
    const text = name.replace(unprintable, ' ').replace(/\s+/g, ' ').trim();
    return text === '' ? String(index) : text;
  });
}
