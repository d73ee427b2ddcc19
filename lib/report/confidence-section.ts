import { type Calibration, measureCalibration } from '../evaluation/calibration';
import { type CoveragePoint, largestCoverageAt, measureCoverage } from '../evaluation/coverage';
import { formatCount, formatPercent } from './format-values';
import { card, type Markup, scrollBox, section } from './markup-blocks';
import { drawCoverage } from './plots/coverage';
import { toInlineSvg } from './plots/plot';
import { drawReliability } from './plots/reliability';
import type { ReportData } from './report-data';

/** Rows of the threshold table. Accuracies that the model reaches on all images are left out. */
const wantedAccuracies = [0.99, 0.995, 0.999, 1] as const;

/** How well the model is calibrated, and how accuracy rises with a threshold on the confidence. */
export function confidence({ testPredictions }: ReportData): Markup {
  const calibration = measureCalibration(testPredictions);
  const coverage = measureCoverage(testPredictions);
  return section(
    'confidence',
    'Calibration and confidence',
    `Expected calibration error ${formatPercent(calibration.expectedCalibrationError)}: the gap between confidence and accuracy, averaged over all images (Guo et al. 2017, 15 bins). In the reliability diagram, a bar that ends on the diagonal is calibrated; the outlined part is the gap. The other plot shows the accuracy when the model answers only the images where it is most confident.`,
    `<div class="pair">${card(`<h3>Reliability</h3>${toInlineSvg(drawReliability(calibration))}${binTable(calibration)}`)}` +
      `${card(`<h3>Accuracy against coverage</h3>${toInlineSvg(drawCoverage(coverage))}${thresholdTable(coverage)}`)}</div>`,
  );
}

function binTable({ bins }: Calibration): Markup {
  const rows = bins
    .filter(({ count }) => count > 0)
    .map(
      ({ from, to, count, confidence, accuracy }) =>
        `<tr><th scope="row">${formatPercent(from, 0)} to ${formatPercent(to, 0)}</th><td class="number">${formatCount(count)}</td>` +
        `<td class="number">${formatPercent(confidence, 1)}</td><td class="number">${formatPercent(accuracy, 1)}</td></tr>`,
    );
  return numberTable(
    'Calibration by confidence',
    ['Confidence', 'Images', 'Mean confidence', 'Accuracy'],
    rows,
  );
}

function thresholdTable(points: readonly CoveragePoint[]): Markup {
  const overall = points.at(-1)!.accuracy;
  const rows = wantedAccuracies
    .filter((accuracy) => accuracy > overall)
    .map((wanted) => {
      const point = largestCoverageAt(points, wanted);
      const cells =
        point === undefined
          ? ['not reached', '–']
          : [atLeast(formatPercent(point.threshold, 1)), formatPercent(point.coverage, 1)];
      return `<tr><th scope="row">${formatPercent(wanted, 1)}</th>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`;
    });
  if (rows.length === 0) return '';
  return numberTable('Thresholds', ['Target accuracy', 'Minimum confidence', 'Images answered'], rows);
}

/** `>99.9 %` is a bound already. */
const atLeast = (percent: string) => (percent.startsWith('>') ? percent : `≥${percent}`);

function numberTable(name: string, heads: readonly string[], rows: readonly Markup[]): Markup {
  const cells = heads.map(
    (head, column) => `<th scope="col"${column === 0 ? '' : ' class="number"'}>${head}</th>`,
  );
  return scrollBox(
    name,
    `<table><thead><tr>${cells.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
  );
}
