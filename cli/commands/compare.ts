import { dirname, relative } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { describeOtherClasses } from '../../lib/report/compare-class-names';
import { renderComparePage } from '../../lib/report/compare-page';
import { type ChangedImages, differingSettings, findChangedImages } from '../../lib/report/compare-runs';
import {
  type ComparedRun,
  type ComparisonData,
  isSameTestSet,
  readComparison,
} from '../../lib/report/comparison-data';
import { isRemote, locate } from '../../lib/store/locate';
import type { ObjectStore } from '../../lib/store/object-store';
import { version } from '../../package.json';
import { formatTable } from '../display/table';
import { assertFinished, isValidated, resolveRunId } from '../run-ids';
import type { Terminal } from '../terminal';
import { writePage } from '../write-page';
import type { StoreRequest } from './store-request';

interface CompareRequest extends StoreRequest {
  readonly runIds: readonly string[];
  /** One self-contained HTML file; an existing one is replaced. */
  readonly pagePath: string;
}

/** Prints the metrics of the runs and writes an HTML page that compares them. */
export async function compareCommand(
  { store, isJson, runIds, pagePath }: CompareRequest,
  terminal: Terminal,
): Promise<void> {
  const ids: string[] = [];
  for (const runId of runIds) ids.push(await resolveRunId(store, runId, 'finished'));
  for (const runId of ids) await assertFinished(store, runId);
  const data = await readComparison(store, ids);
  const page = renderComparePage({ ...data, ...linkReports(store, pagePath) }, version);
  await writePage(pagePath, page, ', such as --to compare.html');
  const changed = findChangedImages(data.runs);
  const lines = isJson ? asJson(data.runs, changed, pagePath) : asText(data.runs, changed, pagePath);
  terminal.print(lines);
}

/** Links from the page to the reports. A page on disk cannot link to objects in S3. */
function linkReports(store: ObjectStore, pagePath: string): Pick<ComparisonData, 'reportPathOf'> {
  if (isRemote(store)) return {};
  const folder = dirname(pagePath);
  return { reportPathOf: (runId) => relative(folder, locate(store, objectKeys.report(runId))) };
}

function asText(runs: readonly ComparedRun[], changed: ChangedImages | undefined, pagePath: string): string {
  // The table has its own column `epochs`: the number trained.
  const settings = differingSettings(runs).filter(({ name }) => name !== 'epochs');
  const rows = runs.map(({ runId, record, epochs }, index) => [
    runId,
    record.accuracy.toFixed(4),
    String(record.errorCount),
    record.loss.toFixed(4),
    String(epochs.length),
    ...settings.map(({ values }) => values[index]!),
  ]);
  const otherClasses = describeOtherClasses(runs);
  const settingNames = settings.map(({ name }) => name);
  return [
    formatTable([['run', 'accuracy', 'errors', 'loss', 'epochs', ...settingNames], ...rows]),
    '',
    `  ${runs.some(({ record }) => isValidated(record)) ? 'images     ' : 'test images'}  ${describeChanges(runs, changed)}`,
    ...(otherClasses === undefined ? [] : [`  classes      ${otherClasses}`]),
    `  page         ${pagePath}`,
  ].join('\n');
}

function describeChanges(runs: readonly ComparedRun[], changed: ChangedImages | undefined): string {
  if (changed === undefined) return `cannot be compared: ${whyIncomparable(runs)}`;
  const { fixed, regressed, other } = changed;
  return `${fixed.length} fixed, ${regressed.length} regressed, ${other.length} answered otherwise`;
}

function whyIncomparable(runs: readonly ComparedRun[]): string {
  if (isSameTestSet(runs)) return 'a run has no test-predictions.json';
  const onValidation = runs.filter(({ record }) => isValidated(record));
  if (onValidation.length === 0 || onValidation.length === runs.length)
    return 'the runs were measured on different images';
  const names = onValidation.map(({ runId }) => runId).join(', ');
  return `${names} ${onValidation.length === 1 ? 'was' : 'were'} measured on validation images, and the others on test images`;
}

function asJson(runs: readonly ComparedRun[], changed: ChangedImages | undefined, pagePath: string): string {
  const indexes = changed && {
    fixed: changed.fixed.map(({ index }) => index),
    regressed: changed.regressed.map(({ index }) => index),
    other: changed.other.map(({ index }) => index),
  };
  const metrics = runs.map(({ runId, classNames, record: { accuracy, errorCount, loss } }) => ({
    runId,
    classNames,
    accuracy,
    errorCount,
    loss,
  }));
  const differences = differingSettings(runs);
  return JSON.stringify(
    { runs: metrics, differences, changedImages: indexes ?? null, page: pagePath },
    null,
    2,
  );
}
