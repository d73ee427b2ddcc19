import { holdsOutImages } from '../contracts/validation-data';
import { extraLosses } from '../model/describe-training';
import { changedImages } from './changed-images';
import { describeOtherClasses } from './compare-class-names';
import { compareWithFirst, type Difference, differingEnvironment, differingSettings } from './compare-runs';
import { type ComparedTable, classDifferences, runName, runTable, valueTable } from './compare-tables';
import type { ComparedRun, ComparisonData } from './comparison-data';
import { describeDifference } from './describe-difference';
import { escapeMarkup } from './escape-markup';
import { formatPercent } from './format-values';
import { card, type Markup, section } from './markup-blocks';
import { navigationFor } from './navigation';
import { framePage } from './page-frame';
import { drawRunCurves } from './plots/curves';
import { toInlineSvg } from './plots/plot';
import { drawRunScatter } from './plots/run-scatter';

/** As many as there are distinguishable colors. */
const maxCurves = 6;

/** Several runs side by side in one self-contained page. */
export function renderComparePage(data: ComparisonData, pipelineVersion: string): string {
  const { runs } = data;
  const title = `Compared: ${runs.map(({ runId }) => runId).join(', ')}`;
  const differences = compareWithFirst(runs);
  const sections = [
    metricsSection(data, differences),
    curves(runs),
    valueTable(runs, settingsTable(runs)),
    valueTable(runs, environmentTable(runs)),
    classDifferences(runs),
    changedImages(data),
  ].join('');
  return framePage(title, headline(runs, differences) + navigationFor(sections) + sections, pipelineVersion);
}

function headline(runs: readonly ComparedRun[], differences: readonly Difference[]): Markup {
  const best = runs.reduce((a, b) => (b.record.accuracy > a.record.accuracy ? b : a));
  // Compares the best run with the first one; if the best is the first, the last with it.
  const other = best === runs[0] ? runs.length - 1 : runs.indexOf(best);
  const sentences = [
    describeDifference(runs[other]!.runId, runs[0]!.runId, differences[other]!),
    describeOtherClasses(runs) ?? [],
  ].flat();
  return (
    `<header><p class="eyebrow">${runs.length} runs compared</p>` +
    `<h1>${formatPercent(best.record.accuracy)}<small>the best of them: ${escapeMarkup(best.runId)}</small></h1>` +
    `<ul class="summary">${sentences.map((sentence) => `<li>${escapeMarkup(sentence)}</li>`).join('')}</ul></header>`
  );
}

function metricsSection(data: ComparisonData, differences: readonly Difference[]): Markup {
  const { runs } = data;
  const scatter = card(`<h3>Accuracy against time</h3>${toInlineSvg(drawRunScatter(runs))}`);
  return section(
    'metrics',
    'Side by side',
    `${describeMeasured(runs)} Bold: the best value of the column. The columns after the total time compare each run with the first one; p is the p value of McNemar’s exact test on the same images. Click a heading to sort.`,
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
    'Solid: validation. Dashed: training.',
    runs.some(({ record }) => holdsOutImages(record.config))
      ? 'The validation of runs with validationFraction or folds is on held out training images, that of the others on the test images.'
      : '',
    shown.length < runs.length ? `The first ${maxCurves} of ${runs.length} runs.` : '',
    ...describeExtraLosses(runs),
  ];
  return section(
    'learning-curves',
    'Learning curves',
    notes.filter(Boolean).join(' '),
    `<ul class="run-key">${key.join('')}</ul><div class="pair">${plots.join('')}</div>`,
  );
}

function describeMeasured(runs: readonly ComparedRun[]): string {
  const onValidation = runs.filter(({ record }) => record.config.evaluateOn === 'validation').length;
  if (onValidation === 0) return 'Measured on the whole test set.';
  return onValidation === runs.length
    ? 'Measured on the validation data of each run, and not on the test images.'
    : `${onValidation} of these runs are measured on their validation data, the others on the whole test set: their values cannot be compared.`;
}

/** The losses of the curves are those that were trained; the test losses are the cross-entropy alone. */
function describeExtraLosses(runs: readonly ComparedRun[]): string[] {
  const names = new Set(runs.flatMap(({ record }) => extraLosses(record.config)));
  if (names.size === 0) return [];
  return [`The losses of runs with ${[...names].join(' or ')} include it; the test losses above do not.`];
}

function settingsTable(runs: readonly ComparedRun[]): ComparedTable {
  const rows = differingSettings(runs);
  return {
    id: 'settings',
    heading: rows.length === 0 ? 'Settings' : 'Settings that differ',
    note: rows.length === 0 ? 'All runs have the same settings.' : 'All other settings are the same.',
    rows,
    isShownEmpty: true,
  };
}

function environmentTable(runs: readonly ComparedRun[]): ComparedTable {
  return {
    id: 'environment',
    heading: 'Environment that differs',
    note: 'Dataset, engine, machine and versions.',
    rows: differingEnvironment(runs),
    isShownEmpty: false,
  };
}
