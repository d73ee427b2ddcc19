import { shortenValue } from '../contracts/shorten';
import type { LabelColumn } from './source';
import { unusableSource } from './unusable-source';

/** A column with more different values is a number or a name of each image, and no class or group. */
const maxDifferent = 100_000;
/** More images than docs/limits.md promises; a damaged header or a zip bomb announces more. */
const maxRows = 2 ** 28;
const firstCapacity = 65_536;
const wholeNumber = /^[+-]?\d+(\.0*)?(e\+?\d+)?$/i;

/**
 * Collects the labels of a section row by row, a byte each up to 256 different ones.
 *
 * @param where - the column and its file, for messages: "the column label of train.csv".
 * @param rowsHint - how many rows are expected.
 */
export class LabelCollector {
  private codes: Uint8Array | Int32Array;
  private readonly codeOf = new Map<number | string, number>();
  private count = 0;

  constructor(
    private readonly where: string,
    rowsHint = 0,
  ) {
    this.codes = new Uint8Array(Math.min(Math.max(rowsHint, firstCapacity), maxRows));
  }

  /** @throws PermanentError InvalidDataset for too many different labels, and too many rows. */
  add(label: number | string): void {
    const code = this.codeOf.get(label) ?? this.addValue(label);
    if (this.count === this.codes.length) this.grow();
    this.codes[this.count] = code;
    this.count += 1;
  }

  get rowCount(): number {
    return this.count;
  }

  /** Texts that are all whole numbers become numbers. */
  finish(): LabelColumn {
    const codes = this.codes.slice(0, this.count);
    const values = [...this.codeOf.keys()];
    if (!values.every((value) => typeof value === 'number' || wholeNumber.test(value)))
      return { codes, values };
    const numbers = values.map(Number);
    const different = [...new Set(numbers)];
    // "7" and "07" are one label.
    const codeOfNumber = new Map(different.map((value, code) => [value, code]));
    const merged = numbers.map((value) => codeOfNumber.get(value)!);
    return {
      codes: different.length === values.length ? codes : codes.map((code) => merged[code]!),
      values: different,
    };
  }

  private addValue(label: number | string): number {
    const code = this.codeOf.size;
    if (code === maxDifferent) {
      throw unusableSource(
        this.where,
        `has more than ${maxDifferent.toLocaleString('en')} different labels, such as ${shortenValue(JSON.stringify(label))}, so it is no label of a class`,
        'Name the column with the labels with --labels-column.',
      );
    }
    if (code === 256) this.codes = Int32Array.from(this.codes);
    this.codeOf.set(label, code);
    return code;
  }

  private grow(): void {
    if (this.count >= maxRows) {
      throw unusableSource(
        this.where,
        `has more than ${maxRows.toLocaleString('en')} rows`,
        'Divide the dataset.',
      );
    }
    const larger = new (this.codes.constructor as typeof Uint8Array | typeof Int32Array)(
      Math.min(2 * this.codes.length, maxRows),
    );
    larger.set(this.codes);
    this.codes = larger;
  }
}

/** The reason why these labels cannot be classes, if there is one. */
export function findLabelProblem({ values }: LabelColumn, where: string): string | undefined {
  const unsafe = values.find(
    (value) => typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value),
  );
  if (unsafe !== undefined) {
    return `${where} has the label ${BigInt(unsafe)}, beyond 2^53, where neighboring whole numbers cannot be told apart. Number the classes from 0.`;
  }
  const broken = values.find((value) => typeof value === 'number' && !Number.isInteger(value));
  if (broken !== undefined) {
    return `${where} has the label ${broken}, and labels are whole numbers or texts. Name the labels with --labels-column, if these are others.`;
  }
  return undefined;
}
