const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters that terminals draw over two columns: https://www.unicode.org/reports/tr11/ and emoji. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u3029\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u;
/** Marks and controls of format, where no letter carries them. */
const withoutWidth = /^[\p{Mark}\p{Format}]+$/u;

/** Columns that a terminal needs for a text without control characters. */
export function textWidth(text: string): number {
  return isAscii(text) ? text.length : sum(split(text).map(widthOf));
}

/** The beginning of a text that is too wide, with an ellipsis in the last of `columns`. */
export function fitText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let used = 0;
  const kept = split(text).filter((character) => {
    used += widthOf(character);
    return used < columns;
  });
  return `${kept.join('').trimEnd()}…`;
}

const isAscii = (text: string) => /^[ -~]*$/.test(text);
const split = (text: string) => Array.from(graphemes.segment(text), ({ segment }) => segment);
const widthOf = (character: string) => (withoutWidth.test(character) ? 0 : wide.test(character) ? 2 : 1);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
