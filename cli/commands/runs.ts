import { z } from 'zod';
import { parseOrThrow } from '../../lib/contracts/parse';
import { type RunRecord, sumSeconds } from '../../lib/contracts/results';
import { sweepOfTrial } from '../../lib/contracts/sweep';
import { listLatestModels } from '../../lib/inference/latest-model';
import { listRunIds, listRuns, type RunListing } from '../../lib/pipeline/list-runs';
import { listSweepIds } from '../../lib/pipeline/sweep/read-sweep';
import type { ObjectStore } from '../../lib/store/object-store';
import { commandLine } from '../command-text';
import { formatClock } from '../display/durations';
import { formatTable, widthOfTable } from '../display/table';
import type { RunOrder } from '../flag-values';
import { isFinished, isValidated, startOf } from '../run-ids';
import type { Terminal } from '../terminal';
import type { StoreRequest } from './store-request';

interface RunsRequest extends StoreRequest {
  /** @default by start, the newest first; as JSON in the order of the ids */
  readonly order: RunOrder | undefined;
  /** Runs to show, as given. */
  readonly limit: unknown;
  /** Whether each trial of a sweep has a line; as JSON they are always there. */
  readonly withTrials: boolean;
}

const limitSchema = z.int().min(1).optional();

/** Prints one line per run; the trials of a sweep, which may be hundreds, are counted below. */
export async function runsCommand(request: RunsRequest, terminal: Terminal): Promise<void> {
  const { store, isJson, order, withTrials } = request;
  const limit = parseOrThrow(limitSchema, request.limit, 'The value of --limit');
  const runIds = await listRunIds(store);
  const sweepIds = isJson || withTrials ? [] : await listSweepIds(store);
  const all = await listRuns(
    store,
    runIds.filter((runId) => !sweepIds.some((sweepId) => sweepOfTrial(runId) === sweepId)),
  );
  const sorted = order === undefined && isJson ? all : sortRuns(all, order ?? 'started');
  const runs = sorted.slice(0, limit);
  if (isJson) {
    terminal.print(JSON.stringify(runs, null, 2));
    return;
  }
  const hidden = describeHidden(store, runIds, sweepIds);
  if (runIds.length === 0) {
    terminal.print(`No runs in ${store.location} yet. Start one with "${commandLine(store, 'train')}".`);
    return;
  }
  const modelNames = new Map(
    (await listLatestModels(store)).map(({ runId, modelName }) => [runId, modelName] as const),
  );
  const table = runs.length === 0 ? [] : [describeRuns(runs, modelNames, terminal)];
  terminal.print([...table, ...hidden].join('\n\n'));
}

function describeHidden(
  store: ObjectStore,
  runIds: readonly string[],
  sweepIds: readonly string[],
): string[] {
  const counts = sweepIds
    .map((id) => [id, runIds.filter((runId) => sweepOfTrial(runId) === id).length] as const)
    .filter(([, count]) => count > 0);
  if (counts.length === 0) return [];
  const lines = counts.map(
    ([id, count]) =>
      `  ${count} ${count === 1 ? 'trial' : 'trials'} of ${id}: ${commandLine(store, 'sweep', 'show', id)}`,
  );
  return [['Not listed without --trials:', ...lines].join('\n')];
}

/** The best or newest first; runs without the value last. */
export function sortRuns(runs: readonly RunListing[], order: RunOrder): RunListing[] {
  // The tenth trial of a sweep after its second.
  const byId = [...runs].sort((a, b) => a.runId.localeCompare(b.runId, 'en', { numeric: true }));
  if (order === 'run') return byId;
  if (order === 'started') return byId.sort((a, b) => startOf(b).localeCompare(startOf(a)));
  const isBestHighest = order === 'accuracy' || order === 'epochs';
  return byId.sort((a, b) => {
    const [left, right] = [valueToSort(a, order), valueToSort(b, order)];
    if (left === undefined || right === undefined)
      return Number(left === undefined) - Number(right === undefined);
    return isBestHighest ? right - left : left - right;
  });
}

function valueToSort(run: RunListing, order: Exclude<RunOrder, 'run' | 'started'>): number | undefined {
  if (order === 'epochs') return run.status === 'damaged' ? undefined : epochsOf(run);
  if (!isFinished(run)) return undefined;
  return order === 'duration' ? secondsOf(run) : run.record[order];
}

type ReadableRun = Exclude<RunListing, { status: 'damaged' }>;

const epochsOf = (run: ReadableRun) => (isFinished(run) ? run.record.config.epochs : run.epochs.length);

function secondsOf(run: RunListing): number | undefined {
  return isFinished(run) ? sumSeconds(run.record.phases) : undefined;
}

interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
  readonly cell: (run: RunListing) => string;
}

/** In their order on the screen. */
function listColumns(
  modelNames: ReadonlyMap<string, string>,
  now: Date,
  markOf: (record: RunRecord) => string,
): Column[] {
  const ofRecord = (run: RunListing, pick: (record: RunRecord) => string) =>
    isFinished(run) ? pick(run.record) : '';
  return [
    { title: 'run', cell: ({ runId }) => runId },
    { title: 'status', cell: ({ status }) => status },
    {
      title: 'accuracy',
      isNumber: true,
      cell: (run) => ofRecord(run, (record) => `${record.accuracy.toFixed(4)}${markOf(record)}`),
    },
    { title: 'epochs', isNumber: true, cell: describeEpochs },
    { title: 'started', cell: (run) => formatStart(startOf(run), now) },
    { title: 'duration', isNumber: true, cell: describeDuration },
    {
      title: 'loss',
      isNumber: true,
      cell: (run) => ofRecord(run, (record) => `${record.loss.toFixed(4)}${markOf(record)}`),
    },
    { title: 'dataset', cell: describeDataset },
    { title: 'model', cell: ({ runId }) => modelNames.get(runId) ?? '' },
  ];
}

const validationMark = '†';

/** Dropped in this order where the terminal is too narrow; the others always stay. */
const dropOrder = ['model', 'dataset', 'loss', 'duration', 'started', 'epochs'];

function describeRuns(
  runs: readonly RunListing[],
  modelNames: ReadonlyMap<string, string>,
  { styles, columns: width = Number.POSITIVE_INFINITY, now }: Terminal,
): string {
  const hasValidated = runs.some((run) => isFinished(run) && isValidated(run.record));
  const markOf = (record: RunRecord) => (!hasValidated ? '' : isValidated(record) ? validationMark : ' ');
  let columns = listColumns(modelNames, now(), markOf);
  const rowsOf = () => [
    columns.map(({ title }) => title),
    ...runs.map((run) => columns.map(({ cell }) => cell(run))),
  ];
  for (const title of dropOrder) {
    if (widthOfTable(rowsOf()) <= width) break;
    columns = columns.filter((column) => column.title !== title);
  }
  const statusColumn = columns.findIndex(({ title }) => title === 'status');
  const styleOf = {
    accepted: styles.green,
    rejected: styles.red,
    damaged: styles.red,
    unfinished: styles.dim,
  };
  const table = formatTable(rowsOf(), {
    alignRight: columns.flatMap(({ isNumber }, index) => (isNumber === true ? [index] : [])),
    style: (cell, row, column) => {
      if (row === 0) return styles.bold(cell);
      return column === statusColumn ? styleOf[runs[row - 1]!.status](cell) : cell;
    },
  });
  const [heading, ...lines] = table.split('\n');
  // The mark takes the place of the indentation.
  const marked = lines.map((line, index) =>
    modelNames.has(runs[index]!.runId) ? line.replace(/^ {2}/, '* ') : line,
  );
  const markCount = runs.filter(({ runId }) => modelNames.has(runId)).length;
  const legend = markCount === 1 ? ['', '* the registered model'] : ['', '* registered models'];
  const reasons = runs.flatMap((run) =>
    run.status === 'damaged' ? [`${run.runId} is damaged: ${run.reason}`] : [],
  );
  const validated = hasValidated
    ? ['', `${validationMark} on validation images, as trials are measured`]
    : [];
  return [heading, ...marked, ...(markCount === 0 ? [] : legend), ...validated, ...reasons].join('\n');
}

function describeEpochs(run: RunListing): string {
  if (run.status === 'damaged') return '';
  return isFinished(run) ? String(epochsOf(run)) : `${run.epochs.length} of ${run.stored.config.epochs}`;
}

function describeDuration(run: RunListing): string {
  const seconds = secondsOf(run);
  return seconds === undefined ? '' : formatClock(seconds);
}

function describeDataset(run: RunListing): string {
  if (run.status === 'damaged') return '';
  return isFinished(run) ? run.record.config.dataset : run.stored.config.dataset;
}

/** `11-25 17:58` in UTC, as in the run id; `2024-11-25` of another year. */
function formatStart(iso: string, now: Date): string {
  if (iso === '') return '';
  const text = new Date(iso).toISOString();
  return text.slice(0, 4) === now.toISOString().slice(0, 4)
    ? text.slice(5, 16).replace('T', ' ')
    : text.slice(0, 10);
}
