import { measureCalibration } from '../evaluation/calibration';
import { formatCount, formatPercent } from './format-values';
import { card, type Markup, scrollBox, section } from './markup-blocks';
import { toInlineSvg } from './plots/plot';
import { drawReliability } from './plots/reliability';
import type { ReportData } from './report-data';

export function confidence({ testPredictions }: ReportData): Markup {
  const measured = measureCalibration(testPredictions);
  const rows = measured.bins
    .filter(({ count }) => count > 0)
    .map(
      ({ from, to, count, confidence, accuracy }) =>
        `<tr><th scope="row">${formatPercent(from, 0)} to ${formatPercent(to, 0)}</th><td class="number">${formatCount(count)}</td>` +
        `<td class="number">${formatPercent(confidence, 1)}</td><td class="number">${formatPercent(accuracy, 1)}</td></tr>`,
    );
  const heads = ['Images', 'Claimed', 'Right'].map((name) => `<th scope="col" class="number">${name}</th>`);
  const table = `<table><thead><tr><th scope="col">Confidence</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return section(
    'calibration',
    'Can its confidence be trusted?',
    `Expected calibration error ${formatPercent(measured.expectedCalibrationError)}: the gap between the confidence claimed and the share that is right, averaged over all images (Guo et al. 2017, 15 bins). A bar that ends on the diagonal is honest; the outlined part is the gap.`,
    `<div class="pair">${card(`<h3>Reliability</h3>${toInlineSvg(drawReliability(measured))}`)}${card(`<h3>By confidence</h3>${scrollBox('Calibration by confidence', table)}`)}</div>`,
  );
}
