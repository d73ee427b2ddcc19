import { objectKeys } from '../lib/contracts/object-keys';
import {
  type Predictions,
  predictionsSchema,
  type RunRecord,
  runRecordSchema,
  sumSeconds,
} from '../lib/contracts/results';
import { getJson } from '../lib/store/json-objects';
import { locate } from '../lib/store/locate';
import type { ObjectStore } from '../lib/store/object-store';
import type { Standing } from './describe-standing';
import { linkTo } from './display/link';
import type { Terminal } from './terminal';

interface OutcomeRequest extends Partial<Standing> {
  readonly store: ObjectStore;
  readonly runId: string;
  readonly isJson: boolean;
}

/** Prints the result of a finished run, local or on AWS. */
export async function printOutcome(request: OutcomeRequest, terminal: Terminal): Promise<void> {
  const { store, runId, isJson } = request;
  const run = await getJson(store, objectKeys.runRecord(runId), runRecordSchema);
  const { predictions } = await getJson(store, objectKeys.predictions(runId), predictionsSchema);
  terminal.print(
    isJson ? describeAsJson(store, run, predictions) : describe(request, run, predictions, terminal),
  );
}

function describe(
  { store, standing, nextCommands = [] }: OutcomeRequest,
  run: RunRecord,
  predictions: Predictions['predictions'],
  { styles }: Terminal,
): string {
  const seconds = sumSeconds(run.phases);
  const row = (values: readonly number[]) => values.join('  ');
  const status = run.status === 'accepted' ? styles.green(run.status) : styles.red(run.status);
  const width = Math.max(0, ...nextCommands.map(({ command }) => command.length));
  return [
    '',
    `Run ${run.runId}: ${status} after ${seconds.toFixed(1)} s`,
    '',
    `  report         ${linkTo(store, objectKeys.report(run.runId), styles)}`,
    `  model          ${locate(store, objectKeys.modelTopology(run.runId))}`,
    `  test accuracy  ${run.accuracy.toFixed(4)} (${run.errorCount.toLocaleString('en')} of ${run.testCount.toLocaleString('en')} wrong)`,
    `  test loss      ${run.loss.toFixed(4)}`,
    ...(standing === undefined ? [] : [`  best so far    ${standing}`]),
    ...(run.costUsd === null ? [] : [`  cost           about $${run.costUsd.toFixed(4)}`]),
    `  labels         ${row(predictions.map(({ label }) => label))}`,
    `  predictions    ${row(predictions.map(({ predicted }) => predicted))}`,
    ...(nextCommands.length === 0 ? [] : ['', 'Next:']),
    ...nextCommands.map(({ command, meaning }) => `  ${command.padEnd(width)}  ${styles.dim(meaning)}`),
  ].join('\n');
}

function describeAsJson(store: ObjectStore, run: RunRecord, predictions: Predictions['predictions']): string {
  const { runId, status, accuracy, loss } = run;
  return JSON.stringify(
    {
      runId,
      status,
      accuracy,
      loss,
      labels: predictions.map(({ label }) => label),
      predictions: predictions.map(({ predicted }) => predicted),
      report: locate(store, objectKeys.report(runId)),
      model: locate(store, objectKeys.modelTopology(runId)),
    },
    null,
    2,
  );
}
