import { changedSettings, effectiveSettings } from '../../lib/contracts/effective-settings';
import { objectKeys } from '../../lib/contracts/object-keys';
import { metricsSchema, type RunRecord } from '../../lib/contracts/results';
import type { RunConfig } from '../../lib/contracts/run-config';
import { introduceModel } from '../../lib/model/describe-model';
import { type RunListing, readRun } from '../../lib/pipeline/list-runs';
import { formatCount, formatSetting } from '../../lib/report/format-values';
import { getJsonIfPresent } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';
import { linkTo } from '../display/link';
import type { Styles } from '../display/styles';
import { formatTable } from '../display/table';
import { howToResume, resolveRunId } from '../run-ids';
import type { Terminal } from '../terminal';
import type { StoreRequest } from './store-request';

interface ShowRequest extends StoreRequest {
  /** As the user gave it. */
  readonly runId: string;
}

/** Prints the result and the settings of a run. */
export async function showCommand({ store, isJson, runId }: ShowRequest, terminal: Terminal): Promise<void> {
  const run = (await readRun(store, await resolveRunId(store, runId)))!;
  terminal.print(isJson ? JSON.stringify(run, null, 2) : await describeRun(store, run, terminal.styles));
}

export async function describeRun(store: ObjectStore, run: RunListing, styles: Styles): Promise<string> {
  switch (run.status) {
    case 'damaged':
      return `Run ${run.runId}: ${styles.red('damaged')}\n\n  ${run.reason}`;
    case 'unfinished':
      return [
        `Run ${run.runId}: unfinished, ${run.epochs.length} of ${run.stored.config.epochs} epochs trained`,
        '',
        describeSettings(run.stored.config, styles),
        '',
        howToResume(store, run.runId),
      ].join('\n');
    default:
      return [
        `Run ${run.runId}: ${run.status === 'accepted' ? styles.green(run.status) : styles.red(run.status)}`,
        '',
        formatTable(await listFacts(store, run.record, styles)),
        '',
        describeSettings(run.record.config, styles),
      ].join('\n');
  }
}

async function listFacts(
  store: ObjectStore,
  record: RunRecord,
  styles: Styles,
): Promise<(readonly [string, string])[]> {
  const { config, accuracy, errorCount, testCount, loss, environment, phases, dataset, runId } = record;
  const metrics = await getJsonIfPresent(store, objectKeys.metrics(runId), metricsSchema);
  return [
    [
      `${config.evaluateOn} accuracy`,
      `${accuracy.toFixed(4)} (${formatCount(errorCount)} of ${formatCount(testCount)} wrong)`,
    ],
    [`${config.evaluateOn} loss`, loss.toFixed(4)],
    ...(config.evaluateOn === 'validation'
      ? [['measured on', `${formatCount(testCount)} validation images; not registered`] as const]
      : []),
    ['model', introduceModel(record.config, metrics?.classes.length)],
    ['started', record.createdAt],
    ['finished', record.finishedAt],
    ['engine', `${environment.engine} ${environment.tensorflowVersion} on ${environment.device}`],
    ...phases.map(({ name, seconds }) => [name, `${seconds.toFixed(1)} s`] as const),
    ['dataset content', dataset.contentKey],
    ['report', linkTo(store, objectKeys.report(runId), styles)],
  ];
}

/** Every setting that has an effect; those that are not the default are marked. */
function describeSettings(config: RunConfig, { bold, dim }: Styles): string {
  const names = effectiveSettings(config).filter((name) => config[name] !== undefined);
  const changed = changedSettings(config);
  const isChanged = (name: keyof RunConfig) => changed.includes(name);
  const rows = names.map((name) => [isChanged(name) ? '*' : ' ', name, formatSetting(config[name])]);
  const table = formatTable(rows, { style: (cell, row) => (isChanged(names[row]!) ? bold(cell) : cell) });
  return names.some(isChanged) ? `${table}\n\n  ${dim('* differs from the default')}` : table;
}
