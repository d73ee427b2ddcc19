import { escapeMarkup } from './escape-markup';
import type { Markup } from './markup-blocks';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** At most `maxLength` characters as a reader counts them, the last one an ellipsis where the name is longer. */
export function shorten(name: string, maxLength: number): string {
  if (name.length <= maxLength) return name;
  const characters = Array.from(graphemes.segment(name), ({ segment }) => segment);
  return characters.length <= maxLength
    ? name
    : `${characters
        .slice(0, maxLength - 1)
        .join('')
        .trimEnd()}…`;
}

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE: https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates */
const [isolate, pop] = ['\u2068', '\u2069'];

const maxInText = 40;

/** A name within a sentence or a line of a plot: not too long, and without effect on the order of the words around it. */
export function nameInText(name: string, maxLength = maxInText): string {
  const short = shorten(name, maxLength);
  return rightToLeft.test(short) ? `${isolate}${short}${pop}` : short;
}

/** Names that need no care: numbers, and words that are shorter than any place for them. */
const plain = /^[A-Za-z0-9]{1,4}$/;

/** A name in a cell of a page, which shows what has room, and the whole name as a tooltip. */
export const nameMarkup = (name: string): Markup => markUp(name, name);

/** Below an image there is room for two or three lines. */
const maxInCaption = 20;

/** A name below an image. */
export const nameInCaption = (name: string): Markup => markUp(name, shorten(name, maxInCaption));

function markUp(name: string, shown: string): Markup {
  return plain.test(name)
    ? name
    : `<bdi class="name" title="${escapeMarkup(name)}">${escapeMarkup(shown)}</bdi>`;
}

/** The characters of the font that plots are drawn with as PNG: Latin. */
const drawable = /^[\u0020-\u007e\u00a0-\u00ff\u2010-\u2027\u20ac\u2122]+$/;

/** The names that a PNG can show: `class 7` for one with characters that its font lacks. */
export const drawableNames = (names: readonly string[]): string[] =>
  names.map((name, index) => (drawable.test(name) ? name : `class ${index}`));
