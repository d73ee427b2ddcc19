import { areIndexNames } from '../../contracts/class-names';
import { nameInText, shorten } from '../class-labels';
import { drawText, drawUpwardText, round } from './plot';

/** In user units. */
export interface MatrixLayout {
  readonly width: number;
  readonly height: number;
  /** The square of the cells. */
  readonly left: number;
  readonly top: number;
  readonly side: number;
  /** What the rows and columns are called on the axes. */
  readonly labels: readonly string[];
  /** Every how many rows one has its label. */
  readonly step: number;
  /** Labels of columns read from bottom to top. */
  readonly isTurned: boolean;
}

const smallest = { left: 58, top: 38, side: 408, right: 14, bottom: 54 };
/** Numbers stay readable at this distance, and names, which are on one line each, at the other. */
const distance = { numbers: 25.5, names: 12 };
/** A page and a PNG with 100 names. Of more classes, some have no label. */
const largestSide = 1224;
const maxLabelLength = 18;
/** Of an average letter at 12 px. */
const letterWidth = 6.8;

/** Numbers take the smallest plot; names get as much space as they need. */
export function layOutMatrix(classNames: readonly string[]): MatrixLayout {
  const { left, side, bottom } = smallest;
  const classes = classNames.length;
  const labels = classNames.map((name) => shorten(name, maxLabelLength));
  if (areIndexNames(classNames)) {
    const step = Math.ceil(classes / Math.floor(side / distance.numbers));
    return { ...placeCells(left, side, bottom), labels, step, isTurned: false };
  }
  const namesSide = Math.min(largestSide, Math.max(side, classes * distance.names));
  const step = Math.ceil((classes * distance.names) / namesSide);
  const longest = Math.max(...labels.map(widthOf));
  const isTurned = longest > namesSide / classes;
  const place = placeCells(Math.max(left, longest + 40), namesSide, isTurned ? longest + 44 : bottom);
  return { ...place, labels, step, isTurned };
}

function placeCells(left: number, side: number, bottom: number) {
  const { top, right } = smallest;
  return { left, top, side, width: round(left + side + right), height: round(top + side + bottom) };
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u;

const widthOf = (text: string) =>
  Array.from(text).reduce((sum, character) => sum + letterWidth * (wide.test(character) ? 2 : 1), 0);

/** @param middles - of the rows and columns, from the beginning of the cells. */
export function drawMatrixLabels(layout: MatrixLayout, middles: readonly number[]): string[] {
  const { left, top, side, labels, step, isTurned } = layout;
  const className = step === 1 && side > smallest.side ? 'tick dense' : 'tick';
  return middles.flatMap((middle, label) => {
    if (label % step !== 0) return [];
    const text = nameInText(labels[label]!);
    return [
      drawText(left - 9, top + middle + 4, text, className, 'end'),
      isTurned
        ? drawUpwardText(left + middle + 4, top + side + 8, text, className, 'end')
        : drawText(left + middle, top + side + 18, text, className, 'middle'),
    ];
  });
}
