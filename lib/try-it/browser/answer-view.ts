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

/** @param probabilities - `undefined` without an image. @param hint - what to do then. */
export function showAnswer(probabilities: Float32Array | undefined, classes: number, hint: string): void {
  const values = Array.from(probabilities ?? new Float32Array(classes));
  const best = probabilities === undefined ? -1 : indexOfLargest(probabilities);
  const note = best === -1 ? hint : `${formatPercent(values[best]!, 1)} confident`;
  find('answer').replaceChildren(best === -1 ? '–' : String(best), create('small', '', note));
  const rows = values.map((probability, label) => {
    const fill = create('span', 'fill');
    fill.style.width = `${100 * probability}%`;
    return create(
      'li',
      label === best ? 'first' : '',
      create('span', '', String(label)),
      create('span', 'track', fill),
      create('span', 'number', best === -1 ? '–' : formatPercent(probability, 1)),
    );
  });
  find('probabilities').replaceChildren(...rows);
}

export const indexOfLargest = (values: Float32Array) => values.indexOf(Math.max(...values));

export function showDoubts(doubts: readonly string[]): void {
  find('doubts').replaceChildren(...doubts.map((doubt) => create('p', '', doubt)));
}
