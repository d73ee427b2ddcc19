import { max } from 'd3-array';
import { scaleBand, scaleSqrt } from 'd3-scale';
import type { Metrics } from '../../contracts/results';
import { formatCount } from '../format-values';
import { drawText, drawUpwardText, type Plot, round } from './plot';

const width = 480;
const height = 500;
const inner = { left: 58, top: 38, side: 408 };
/** Beyond this many classes the numbers no longer fit their cells. */
const maxNumberedClasses = 16;

/**
 * Correct predictions in one color by their share of the row, mistakes in another by the square root of their number:
 * on one scale the few errors of a good model would be invisible.
 */
export function drawConfusionMatrix({
  confusionMatrix,
  testCount,
  errorCount,
}: Pick<Metrics, 'confusionMatrix' | 'testCount' | 'errorCount'>): Plot {
  const classes = confusionMatrix.length;
  const band = scaleBand<number>([...confusionMatrix.keys()], [0, inner.side]).paddingInner(0.06);
  const cell = round(band.bandwidth());
  const isNumbered = classes <= maxNumberedClasses;
  const mostMisses = max(
    confusionMatrix.flatMap((row, label) => row.filter((_, column) => column !== label)),
  );
  const missOpacity = scaleSqrt([0, Math.max(1, mostMisses ?? 1)], [0.08, 0.9]);

  const cells = confusionMatrix.flatMap((row, label) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => {
      const x = round(inner.left + band(predicted)!);
      const y = round(inner.top + band(label)!);
      if (count === 0) {
        return isNumbered ? drawText(x + cell / 2, y + cell / 2 + 4, '·', 'tick', 'middle') : '';
      }
      const isHit = label === predicted;
      const opacity = round(isHit ? 0.15 + 0.85 * (count / support) : missOpacity(count));
      const number = isNumbered
        ? drawText(x + cell / 2, y + cell / 2 + 4, count, opacity > 0.55 ? 'on-dark' : 'count', 'middle')
        : '';
      return (
        `<g><title>label ${label}, predicted ${predicted}: ${count}</title>` +
        `<rect class="${isHit ? 'hit' : 'miss'}" fill-opacity="${opacity}" x="${x}" y="${y}" width="${cell}" height="${cell}" rx="${isNumbered ? 3 : 0}"/>${number}</g>`
      );
    });
  });
  const labelStep = Math.ceil(classes / maxNumberedClasses);
  const labels = [...confusionMatrix.keys()]
    .filter((label) => label % labelStep === 0)
    .map((label) => {
      const middle = band(label)! + cell / 2;
      return (
        drawText(inner.left - 9, inner.top + middle + 4, label, 'tick', 'end') +
        drawText(inner.left + middle, inner.top + inner.side + 18, label, 'tick', 'middle')
      );
    });

  return {
    name: 'confusion-matrix',
    title: `Confusion matrix (${formatCount(testCount)} test images)`,
    description: `${formatCount(errorCount)} of ${formatCount(testCount)} test images are off the diagonal.`,
    width,
    height,
    marks: [
      ...cells,
      ...labels,
      drawText(inner.left + inner.side / 2, height - 12, 'predicted label', 'axis-name', 'middle'),
      drawUpwardText(15, inner.top + inner.side / 2, 'true label', 'axis-name'),
    ].join(''),
  };
}
