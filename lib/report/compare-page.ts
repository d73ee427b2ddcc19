import { changedImages } from './changed-images';
import { compareWithFirst, type Difference, differingCircumstances, differingSettings } from './compare-runs';
import { type ComparedTable, classDifferences, runName, runTable, valueTable } from './compare-tables';
import type { ComparedRun, ComparisonData } from './comparison-data';
import { escapeMarkup } from './escape-markup';
import { formatPercent, formatPoints, formatProbability } from './format-values';
import { card, type Markup, section } from './markup-blocks';
import { navigationFor } from './navigation';
import { framePage } from './page-frame';
import { drawRunCurves } from './plots/curves';
import { toInlineSvg } from './plots/plot';
import { drawRunScatter } from './plots/run-scatter';

/** One color each that can be told apart. */
const maxCurves = 6;

/** Several runs side by side in one self-contained page. */
export function renderComparePage(data: ComparisonData, pipelineVersion: string): string {
  const { runs } = data;
  const title = `Compared: ${runs.map(({ runId }) => runId).join(', ')}`;
  const differences = compareWithFirst(runs);
  const sections = [
    figures(data, differences),
    curves(runs),
    valueTable(runs, settingsTable(runs)),
    valueTable(runs, circumstancesTable(runs)),
    classDifferences(runs),
    changedImages(data),
  ].join('');
  return framePage(title, headline(runs, differences) + navigationFor(sections) + sections, pipelineVersion);
}

function headline(runs: readonly ComparedRun[], differences: readonly Difference[]): Markup {
  const best = runs.reduce((a, b) => (b.record.accuracy > a.record.accuracy ? b : a));
  // The best beside the first; where they are one, the last.
  const other = best === runs[0] ? runs.length - 1 : runs.indexOf(best);
  const sentence = describeDifference(runs[0]!, runs[other]!, differences[other]!);
  return (
    `<header><p class="eyebrow">${runs.length} runs compared</p>` +
    `<h1>${formatPercent(best.record.accuracy)}<small>the best of them: ${escapeMarkup(best.runId)}</small></h1>` +
    `<ul class="summary"><li>${escapeMarkup(sentence)}</li></ul></header>`
  );
}

/** Below this a difference is called more than chance. */
const significance = 0.05;

function describeDifference(
  first: ComparedRun,
  other: ComparedRun,
  { accuracyGain, test }: Difference,
): string {
  const comparison =
    accuracyGain === 0
      ? `${other.runId} and ${first.runId} are equally accurate`
      : `${other.runId} is ${formatPoints(Math.abs(accuracyGain))} ${accuracyGain > 0 ? 'better' : 'worse'} than ${first.runId}`;
  if (test === undefined)
    return `${comparison}; they were not tested on the same images, so chance cannot be ruled out.`;
  const { fixedCount, regressedCount, pValue } = test;
  const verdict = pValue < significance ? 'more than chance explains' : 'not more than chance can explain';
  return `${comparison}: ${fixedCount} images fixed, ${regressedCount} regressed, ${verdict} (McNemar, ${formatProbability(pValue)}).`;
}

function figures(data: ComparisonData, differences: readonly Difference[]): Markup {
  const { runs } = data;
  const scatter = card(`<h3>Accuracy against time</h3>${toInlineSvg(drawRunScatter(runs))}`);
  return section(
    'figures',
    'Side by side',
    'Over the whole test set. Bold: the best of the column. The columns after the total time compare each run with the first one, by McNemar’s exact test on the same test images. Choose a heading to sort.',
    runTable(data, differences) + scatter,
  );
}

function curves(runs: readonly ComparedRun[]): Markup {
  const shown = runs.slice(0, maxCurves);
  const plots = (['accuracy', 'loss'] as const).map((name) =>
    card(`<h3>${name === 'accuracy' ? 'Accuracy' : 'Loss'}</h3>${toInlineSvg(drawRunCurves(shown, name))}`),
  );
  const key = shown.map((run, index) => `<li>${runName(run, index)}</li>`);
  const notes = [
    'Solid: validation. Dashed: training, with dropout on.',
    shown.length < runs.length ? `The first ${maxCurves} of ${runs.length} runs.` : '',
    runs.some(({ record }) => record.config.l2 > 0)
      ? 'The losses of runs with l2 include the L2 penalty; the test losses above do not.'
      : '',
  ];
  return section(
    'learning-curves',
    'Learning curves',
    notes.filter(Boolean).join(' '),
    `<ul class="run-key">${key.join('')}</ul><div class="pair">${plots.join('')}</div>`,
  );
}

function settingsTable(runs: readonly ComparedRun[]): ComparedTable {
  const rows = differingSettings(runs);
  return {
    id: 'settings',
    heading: rows.length === 0 ? 'Settings' : 'Settings that differ',
    note: rows.length === 0 ? 'The same in all of them.' : 'All others are the same.',
    rows,
    isShownEmpty: true,
  };
}

function circumstancesTable(runs: readonly ComparedRun[]): ComparedTable {
  return {
    id: 'circumstances',
    heading: 'Circumstances that differ',
    note: '',
    rows: differingCircumstances(runs),
    isShownEmpty: false,
  };
}
