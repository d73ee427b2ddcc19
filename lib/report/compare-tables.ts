import { sumSeconds } from '../contracts/results';
import { measureCalibration } from '../evaluation/calibration';
import { nameMarkup } from './class-labels';
import { describeOtherClasses } from './compare-class-names';
import { type ComparedValue, type Difference, recallByClass } from './compare-runs';
import type { ComparedRun, ComparisonData } from './comparison-data';
import { escapeMarkup } from './escape-markup';
import {
  formatCount,
  formatMinute,
  formatPercent,
  formatPointCount,
  formatPoints,
  formatPValue,
  formatSeconds,
} from './format-values';
import { card, type Markup, scrollBox, section } from './markup-blocks';

/** The run's color and its name, because a color alone does not identify a run for everybody. */
export const runName = (
  { runId }: Pick<ComparedRun, 'runId'>,
  index: number,
  reportPath?: string,
): Markup => {
  const name =
    reportPath === undefined
      ? escapeMarkup(runId)
      : `<a href="${escapeMarkup(encodeURI(reportPath))}">${escapeMarkup(runId)}</a>`;
  return `<span class="run-name"><span class="swatch run-${index + 1}" aria-hidden="true"></span>${name}</span>`;
};

export const totalSeconds = ({ record }: ComparedRun) => sumSeconds(record.phases);

interface Column {
  readonly name: string;
  /** The number of a cell: the table sorts by it, and `best` compares it. */
  readonly value: (run: ComparedRun, index: number) => number | undefined;
  readonly show: (run: ComparedRun, index: number) => string;
  readonly best?: 'least' | 'most';
}

const gateColumn: Column = {
  name: 'Gate',
  value: () => undefined,
  show: ({ record }) => record.status,
};

/** One row for each run, sortable by the page's script. */
export function runTable({ runs, reportPathOf }: ComparisonData, differences: readonly Difference[]): Markup {
  const calibrationErrors = runs.map(({ testPredictions }) =>
    testPredictions === undefined ? undefined : measureCalibration(testPredictions).expectedCalibrationError,
  );
  const columns: readonly Column[] = [
    {
      name: 'Accuracy',
      value: ({ record }) => record.accuracy,
      show: ({ record }) => formatPercent(record.accuracy),
      best: 'most',
    },
    {
      name: 'Errors',
      value: ({ record }) => record.errorCount,
      show: ({ record }) => formatCount(record.errorCount),
      best: 'least',
    },
    {
      name: 'Test loss',
      value: ({ record }) => record.loss,
      show: ({ record }) => record.loss.toFixed(4),
      best: 'least',
    },
    {
      name: 'Calibration error',
      value: (_, index) => calibrationErrors[index],
      show: (_, index) => {
        const error = calibrationErrors[index];
        return error === undefined ? 'unknown' : formatPercent(error);
      },
      best: 'least',
    },
    { name: 'Epochs', value: ({ epochs }) => epochs.length, show: ({ epochs }) => String(epochs.length) },
    {
      name: 'Total time',
      value: totalSeconds,
      show: (run) => formatSeconds(totalSeconds(run)),
      best: 'least',
    },
    {
      name: 'Points over the first',
      value: (_, index) => differences[index]!.accuracyGain,
      show: (_, index) => (index === 0 ? '–' : formatPointCount(differences[index]!.accuracyGain)),
    },
    {
      name: 'Fixed / regressed',
      value: (_, index) => differences[index]!.test?.fixedCount,
      show: (_, index) => {
        const { test } = differences[index]!;
        return test === undefined || index === 0 ? '–' : `${test.fixedCount} / ${test.regressedCount}`;
      },
    },
    {
      name: 'p',
      value: (_, index) => differences[index]!.test?.pValue,
      show: (_, index) => {
        const { test } = differences[index]!;
        return test === undefined || index === 0 ? '–' : formatPValue(test.pValue);
      },
    },
    {
      name: 'Finished (UTC)',
      value: ({ record }) => Date.parse(record.finishedAt),
      show: ({ record }) => formatMinute(record.finishedAt),
    },
    ...(runs.some(({ record }) => record.status === 'rejected') ? [gateColumn] : []),
  ];
  const heads = columns.map(({ name }) => `<th scope="col" class="number">${name}</th>`);
  const bestOf = columns.map((column) => bestValue(column, runs));
  const rows = runs.map((run, index) => {
    const cells = columns.map((column, position) => {
      const value = column.value(run, index);
      const text = escapeMarkup(column.show(run, index));
      const isBest = value !== undefined && value === bestOf[position];
      return `<td class="number"${value === undefined ? '' : ` data-value="${value}"`}>${isBest ? `<strong>${text}</strong>` : text}</td>`;
    });
    return `<tr><th scope="row">${runName(run, index, reportPathOf?.(run.runId))}</th>${cells.join('')}</tr>`;
  });
  return card(
    scrollBox(
      'Metrics of each run',
      `<table class="compared sortable"><thead><tr><th scope="col">Run</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
    ),
  );
}

function bestValue({ value, best }: Column, runs: readonly ComparedRun[]): number | undefined {
  const values = runs.map(value).filter((each) => each !== undefined);
  if (best === undefined || values.length === 0) return undefined;
  return best === 'most' ? Math.max(...values) : Math.min(...values);
}

export interface ComparedTable {
  readonly id: string;
  readonly heading: string;
  readonly note: string;
  readonly rows: readonly ComparedValue[];
  /** Whether the section is shown when it has no rows. */
  readonly isShownEmpty: boolean;
}

/** With more runs than this, a table has one row for each run. */
const maxRunColumns = 6;

/** One column for each run, or one row if there are many. */
export function valueTable(
  runs: readonly ComparedRun[],
  { id, heading, note, rows, isShownEmpty }: ComparedTable,
): Markup {
  if (rows.length === 0) return isShownEmpty ? section(id, heading, note, '') : '';
  const names = runs.map((run, index) => runName(run, index));
  const settings = rows.map(({ name }) => escapeMarkup(name));
  const values = rows.map((row) => row.values.map(escapeMarkup));
  const table =
    runs.length > maxRunColumns
      ? plainTable(settings, names, transpose(values))
      : plainTable(names, settings, values);
  return section(id, heading, note, card(scrollBox(heading, table)));
}

/** @param cells - [rows][columns]. */
function plainTable(
  columns: readonly Markup[],
  rows: readonly Markup[],
  cells: readonly (readonly Markup[])[],
): Markup {
  const heads = columns.map((name) => `<th scope="col">${name}</th>`);
  const lines = rows.map(
    (name, row) =>
      `<tr><th scope="row">${name}</th>${cells[row]!.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  );
  return `<table class="compared"><thead><tr><td></td>${heads.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}

const transpose = (cells: readonly (readonly Markup[])[]): Markup[][] =>
  cells[0]!.map((_, column) => cells.map((row) => row[column]!));

/** Recall of each class that the first and the last run have; nothing where there is none, or no predictions. */
export function classDifferences(runs: readonly ComparedRun[]): Markup {
  const [first, last] = [runs[0]!, runs.at(-1)!];
  if (first.testPredictions === undefined || last.testPredictions === undefined) return '';
  const before = recallByClass(first.testPredictions);
  const after = recallByClass(last.testPredictions);
  const rows = first.classNames.flatMap((name, label) => {
    const recall = before[label];
    const later = after[last.classNames.indexOf(name)];
    if (recall === undefined || later === undefined) return [];
    const gain = later - recall;
    const tone = gain === 0 ? '' : gain > 0 ? ' right' : ' wrong';
    return [
      `<tr><th scope="row">${nameMarkup(name)}</th><td class="number">${formatPercent(recall)}</td><td class="number">${formatPercent(later)}</td><td class="number gain${tone}">${formatPoints(gain, 'always')}</td></tr>`,
    ];
  });
  if (rows.length === 0) return '';
  const others =
    describeOtherClasses([first, last]) === undefined ? '' : ' Classes with the same name in both runs.';
  const heads = [`${first.runId}`, `${last.runId}`, 'Difference'].map(
    (name) => `<th scope="col" class="number">${escapeMarkup(name)}</th>`,
  );
  return section(
    'classes',
    'Class by class',
    `Recall: the fraction of a label’s test images that are classified correctly.${others}`,
    card(
      scrollBox(
        'Recall of each class',
        `<table class="compared"><thead><tr><th scope="col">Label</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
      ),
    ),
  );
}
