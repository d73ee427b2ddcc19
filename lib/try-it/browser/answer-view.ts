import { areIndexNames } from '../../contracts/class-names';
import { nameInText } from '../../report/class-labels';
import { formatPercent } from '../../report/format-values';
import type { ModelImage } from '../classifier';
import { colorAt, paintPixels } from './paint-pixels';

export const find = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;

export const create = (name: string, className: string, ...children: (Node | string)[]) => {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
};

/** Orange and blue can be told apart with any color vision. */
const supports = [255, 150, 40] as const;
const opposes = [80, 150, 255] as const;

/** The image that the model sees, with the contributions of its pixels in color. */
export function showSeen({ pixels, shape }: ModelImage, contributions?: Float32Array): void {
  const most = contributions?.reduce((largest, each) => Math.max(largest, Math.abs(each)), 0) ?? 0;
  paintPixels(find('seen'), shape, (pixel) => {
    const contribution = contributions?.[pixel] ?? 0;
    const share = most === 0 ? 0 : Math.abs(contribution) / most;
    const mark = contribution > 0 ? supports : opposes;
    const [red, green, blue] = colorAt(pixels, shape, pixel);
    const mix = (value: number, channel: number) => 255 * value * (1 - share) + channel * share;
    return [mix(red, mark[0]), mix(green, mark[1]), mix(blue, mark[2]), 255];
  });
  // Hidden, but in its place: the rows below must not move while one draws.
  find('seen-key').style.visibility = most === 0 ? 'hidden' : 'visible';
}

/** With more classes than this, only the most probable ones have a bar. */
const maxBars = 16;
/** Names that are as short as a number are shown as large as one. */
const maxLargeLength = 2;
/** Longer names would take many lines in large letters. */
const maxWordLength = 16;

/**
 * @param probabilities - `undefined` without an image.
 * @param classNames - printable.
 * @param hint - what to do without an image.
 */
export function showAnswer(
  probabilities: Float32Array | undefined,
  classNames: readonly string[],
  hint: string,
): void {
  const values = Array.from(probabilities ?? new Float32Array(classNames.length));
  const best = probabilities === undefined ? -1 : indexOfLargest(probabilities);
  const note = best === -1 ? hint : `${formatPercent(values[best]!, 1)} confident`;
  const answer = classNames[best] ?? '–';
  find('answer').className = sizeOf(answer);
  find('answer').replaceChildren(nameInText(answer, maxAnswerLength), create('small', '', note));
  const isNumbered = areIndexNames(classNames);
  find('probabilities').classList.toggle('named', !isNumbered);
  const rows = chooseBars(values).map((label) => {
    const probability = values[label]!;
    const fill = create('span', 'fill');
    fill.style.width = `${100 * probability}%`;
    return create(
      'li',
      label === best ? 'first' : '',
      createName(classNames[label]!),
      create('span', 'track', fill),
      create('span', 'number', best === -1 ? '–' : formatPercent(probability, 1)),
    );
  });
  const rest = values.length - rows.length;
  if (rest > 0) rows.push(create('li', 'more', `and ${rest} classes that are less probable`));
  find('probabilities').replaceChildren(...rows);
}

const maxAnswerLength = 60;

function sizeOf(name: string): string {
  if (name.length <= maxLargeLength) return '';
  return name.length <= maxWordLength ? 'word' : 'word long';
}

function createName(name: string): HTMLElement {
  const element = create('bdi', 'class', name);
  element.title = name;
  return element;
}

/** All classes in their order, or the most probable ones of many. */
function chooseBars(values: readonly number[]): number[] {
  const labels = [...values.keys()];
  if (labels.length <= maxBars) return labels;
  return labels.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, maxBars);
}

export const indexOfLargest = (values: Float32Array) => values.indexOf(Math.max(...values));

export function showDoubts(doubts: readonly string[]): void {
  find('doubts').replaceChildren(...doubts.map((doubt) => create('p', '', doubt)));
}
