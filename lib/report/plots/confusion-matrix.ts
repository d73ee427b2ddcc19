import { max } from 'd3-array';
import { scaleBand, scaleSqrt } from 'd3-scale';
import type { Metrics } from '../../contracts/results';
import type { RunConfig } from '../../contracts/run-config';
import { nameInText } from '../class-labels';
import { escapeMarkup } from '../escape-markup';
import { formatCount } from '../format-values';
import { drawMatrixLabels, layOutMatrix } from './matrix-layout';
import { drawText, drawUpwardText, type Plot, round } from './plot';

/** Beyond this many classes the numbers no longer fit their cells. */
const maxNumberedClasses = 16;

/**
 * Correct predictions in one color by their share of the row, mistakes in another by the square root of their number:
 * on one scale the few errors of a good model would be invisible.
 *
 * @param classNames - printable.
 */
export function drawConfusionMatrix(
  { confusionMatrix, testCount, errorCount }: Pick<Metrics, 'confusionMatrix' | 'testCount' | 'errorCount'>,
  classNames: readonly string[],
  evaluateOn: RunConfig['evaluateOn'] = 'test',
): Plot {
  const classes = confusionMatrix.length;
  const layout = layOutMatrix(classNames);
  const { left, top, side } = layout;
  const band = scaleBand<number>([...confusionMatrix.keys()], [0, side]).paddingInner(0.06);
  const cell = round(band.bandwidth());
  const isNumbered = classes <= maxNumberedClasses;
  const mostMisses = max(
    confusionMatrix.flatMap((row, label) => row.filter((_, column) => column !== label)),
  );
  const missOpacity = scaleSqrt([0, Math.max(1, mostMisses ?? 1)], [0.08, 0.9]);
  const nameOf = (label: number) => nameInText(classNames[label]!);

  const cells = confusionMatrix.flatMap((row, label) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => {
      const x = round(left + band(predicted)!);
      const y = round(top + band(label)!);
      if (count === 0) {
        return isNumbered ? drawText(x + cell / 2, y + cell / 2 + 4, '·', 'tick', 'middle') : '';
      }
      const isHit = label === predicted;
      const opacity = round(isHit ? 0.15 + 0.85 * (count / support) : missOpacity(count));
      const number = isNumbered
        ? drawText(x + cell / 2, y + cell / 2 + 4, count, opacity > 0.55 ? 'on-dark' : 'count', 'middle')
        : '';
      return (
        `<g><title>${escapeMarkup(`label ${nameOf(label)}, predicted ${nameOf(predicted)}: ${count}`)}</title>` +
        `<rect class="${isHit ? 'hit' : 'miss'}" fill-opacity="${opacity}" x="${x}" y="${y}" width="${cell}" height="${cell}" rx="${isNumbered ? 3 : 0}"/>${number}</g>`
      );
    });
  });
  return {
    name: 'confusion-matrix',
    title: `Confusion matrix (${formatCount(testCount)} ${evaluateOn} images)`,
    description: `${formatCount(errorCount)} of ${formatCount(testCount)} ${evaluateOn} images are off the diagonal.`,
    width: layout.width,
    height: layout.height,
    marks: [
      ...cells,
      ...drawMatrixLabels(
        layout,
        [...confusionMatrix.keys()].map((label) => band(label)! + cell / 2),
      ),
      drawText(left + side / 2, layout.height - 12, 'predicted label', 'axis-name', 'middle'),
      drawUpwardText(15, top + side / 2, 'true label', 'axis-name'),
    ].join(''),
  };
}
