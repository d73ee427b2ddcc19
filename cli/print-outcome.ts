import { objectKeys } from '../lib/contracts/object-keys';
import {
  type Predictions,
  predictionsSchema,
  type RunRecord,
  runRecordSchema,
} from '../lib/contracts/results';
import { getJson } from '../lib/store/json-objects';
import type { ObjectStore } from '../lib/store/object-store';
import { locate } from './locate';
import type { Terminal } from './terminal';

/** Prints the result of a finished run, local or on AWS. */
export async function printOutcome(
  store: ObjectStore,
  runId: string,
  isJson: boolean,
  terminal: Terminal,
): Promise<void> {
  const run = await getJson(store, objectKeys.runRecord(runId), runRecordSchema);
  const { predictions } = await getJson(store, objectKeys.predictions(runId), predictionsSchema);
  terminal.print(isJson ? describeAsJson(store, run, predictions) : describe(store, run, predictions));
}

function describe(store: ObjectStore, run: RunRecord, predictions: Predictions['predictions']): string {
  const seconds = run.phases.reduce((sum, phase) => sum + phase.seconds, 0);
  const row = (values: readonly number[]) => values.join('  ');
  return [
    '',
    `Run ${run.runId}: ${run.status} after ${seconds.toFixed(1)} s`,
    '',
    `  report         ${locate(store, objectKeys.report(run.runId))}`,
    `  model          ${locate(store, objectKeys.modelTopology(run.runId))}`,
    `  test accuracy  ${run.accuracy.toFixed(4)} (${run.errorCount.toLocaleString('en')} of ${run.testCount.toLocaleString('en')} wrong)`,
    `  test loss      ${run.loss.toFixed(4)}`,
    ...(run.costUsd === null ? [] : [`  cost           about $${run.costUsd.toFixed(4)}`]),
    `  labels         ${row(predictions.map(({ label }) => label))}`,
    `  predictions    ${row(predictions.map(({ predicted }) => predicted))}`,
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
