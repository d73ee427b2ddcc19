import { areIndexNames } from '../contracts/class-names';
import type { RunConfig } from '../contracts/run-config';
import { nameMarkup } from './class-labels';
import { formatCount } from './format-values';
import { type Markup, scrollBox } from './markup-blocks';

/** Beyond this many classes a table of numbers is wider than any screen. */
export const maxTableClasses = 16;

/** With more names than this, those of the columns read from bottom to top. */
const maxLevelNames = 4;

/**
 * The confusion matrix as a table, which a screen reader can read cell by cell. The page's script turns cells with
 * `data-cell` into buttons.
 *
 * @param classNames - printable.
 */
export function confusionTable(
  confusionMatrix: readonly (readonly number[])[],
  classNames: readonly string[],
  evaluateOn: RunConfig['evaluateOn'],
): Markup {
  const names = classNames.map(nameMarkup);
  const mostMisses = Math.max(
    1,
    ...confusionMatrix.flatMap((row, label) => row.filter((_, column) => column !== label)),
  );
  const rows = confusionMatrix.map((row, label) => {
    const support = Math.max(
      1,
      row.reduce((sum, count) => sum + count, 0),
    );
    const cells = row.map((count, predicted) => {
      if (count === 0) return '<td class="none">·</td>';
      const isHit = label === predicted;
      // On one scale the few errors of a good model would be invisible. Correct predictions are colored by their share
      // of the row, mistakes by the square root of their number.
      const share = isHit ? 0.15 + 0.85 * (count / support) : 0.15 + 0.85 * Math.sqrt(count / mostMisses);
      return `<td class="${isHit ? 'hit' : 'miss'}" style="--share:${share.toFixed(2)}" data-cell="${label}-${predicted}">${count}</td>`;
    });
    return `<tr><th scope="row">${names[label]}</th>${cells.join('')}</tr>`;
  });
  const heads = names.map((name) => `<th scope="col">${name}</th>`);
  const total = confusionMatrix.flat().reduce((sum, count) => sum + count, 0);
  return scrollBox(
    'Confusion matrix',
    `<table class="confusion${areIndexNames(classNames) ? '' : ' named'}${classNames.length > maxLevelNames ? ' turned' : ''}"><caption>${formatCount(total)} ${evaluateOn} images.</caption>` +
      `<thead><tr><td></td><th scope="colgroup" colspan="${heads.length}">predicted</th></tr><tr><th>true</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
  );
}
