import { type Difference, differenceBetween } from './compare-runs';
import { describeDifference } from './describe-difference';
import type { EarlierRun } from './earlier-runs';
import { escapeMarkup } from './escape-markup';
import { formatCount, formatPercent, formatPoints, formatPValue } from './format-values';
import { card, codeBlock, type Markup, scrollBox, section } from './markup-blocks';
import type { ReportData } from './report-data';

type Compared = Pick<ReportData, 'runId' | 'metrics' | 'testPredictions' | 'earlierRuns'>;

/** This run compared with the last and the best run before it. */
export function earlierRunsSection(data: Compared): Markup {
  const { runId, earlierRuns } = data;
  if (earlierRuns.length === 0) return '';
  const rows = earlierRuns.map((earlier) => {
    const { accuracyGain, test } = differenceTo(data, earlier);
    const cells = [
      formatPercent(earlier.accuracy),
      formatPoints(accuracyGain, 'always'),
      test === undefined ? '–' : formatCount(test.fixedCount),
      test === undefined ? '–' : formatCount(test.regressedCount),
      test === undefined ? '–' : formatPValue(test.pValue),
    ];
    const link = `<a href="${escapeMarkup(encodeURI(`../${earlier.runId}/report.html`))}">${escapeMarkup(earlier.runId)}</a>`;
    return `<tr><th scope="row">${link}</th><td>${earlier.role}</td>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`;
  });
  const heads = ['Accuracy', 'This run', 'Fixed', 'Regressed', 'p'].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  const table = `<table><thead><tr><th scope="col">Run</th><th scope="col">Which</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  const command = `npx mnist-pipeline compare ${earlierRuns.map((each) => each.runId).join(' ')} ${runId}`;
  return section(
    'earlier-runs',
    'Compared with earlier runs',
    'The last and the best of the finished runs of this store that were tested on the same images. Fixed: wrong there, correct here. Regressed: correct there, wrong here. p: the p value of McNemar’s exact test.',
    card(scrollBox('Earlier runs', table) + codeBlock(command)),
  );
}

/** The same as sentences. */
export function describeEarlierRuns(data: Compared): string[] {
  return data.earlierRuns.map((earlier) =>
    describeDifference('This run', `${earlier.runId}, the ${earlier.role} run`, differenceTo(data, earlier)),
  );
}

function differenceTo({ metrics, testPredictions }: Compared, earlier: EarlierRun): Difference {
  return differenceBetween(earlier, { accuracy: metrics.accuracy, testPredictions });
}
