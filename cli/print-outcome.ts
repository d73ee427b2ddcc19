import { areIndexNames, indexNames, printableNames } from '../lib/contracts/class-names';
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
import { formatTable } from './display/table';
import { fitText } from './display/text-width';
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
  const predictions = await getJson(store, objectKeys.predictions(runId), predictionsSchema);
  terminal.print(
    isJson ? describeAsJson(store, run, predictions) : describe(request, run, predictions, terminal),
  );
}

function describe(
  { store, standing, nextCommands = [] }: OutcomeRequest,
  run: RunRecord,
  predictions: Predictions,
  { styles }: Terminal,
): string {
  const seconds = sumSeconds(run.phases);
  const status = run.status === 'accepted' ? styles.green(run.status) : styles.red(run.status);
  const width = Math.max(0, ...nextCommands.map(({ command }) => command.length));
  return [
    '',
    `Run ${run.runId}: ${status} after ${seconds.toFixed(1)} s`,
    '',
    `  report         ${linkTo(store, objectKeys.report(run.runId), styles)}`,
    `  model          ${locate(store, objectKeys.modelTopology(run.runId))}`,
    `  ${`${run.config.evaluateOn === 'test' ? 'test accuracy' : 'validation'}`.padEnd(13)}  ${run.accuracy.toFixed(4)} (${run.errorCount.toLocaleString('en')} of ${run.testCount.toLocaleString('en')} wrong)`,
    `  ${run.config.evaluateOn === 'test' ? 'test loss    ' : '  and its loss'}  ${run.loss.toFixed(4)}`,
    ...(standing === undefined ? [] : [`  best so far    ${standing}`]),
    ...(run.costUsd === null ? [] : [`  cost           about $${run.costUsd.toFixed(4)}`]),
    ...describePredictions(predictions),
    ...(nextCommands.length === 0 ? [] : ['', 'Next:']),
    ...nextCommands.map(({ command, meaning }) => `  ${command.padEnd(width)}  ${styles.dim(meaning)}`),
  ].join('\n');
}

/** Two names and a note fit into 80 columns. */
const maxNameColumns = 24;

/** Numbers as two rows, names as a table with a row for each image. */
function describePredictions(file: Predictions): string[] {
  const { predictions } = file;
  const names = namesOf(file).map((name) => fitText(name, maxNameColumns));
  if (areIndexNames(names)) {
    return [
      `  labels         ${predictions.map(({ label }) => label).join('  ')}`,
      `  predictions    ${predictions.map(({ predicted }) => predicted).join('  ')}`,
    ];
  }
  const rows = predictions.map(({ label, predicted }) => [
    names[label]!,
    names[predicted]!,
    label === predicted ? '' : 'wrong',
  ]);
  return formatTable([['label', 'prediction', ''], ...rows])
    .split('\n')
    .map((line, index) => `${index === 0 ? '  first images ' : '               '}${line}`);
}

/** Printable. Runs of earlier versions have no names. */
const namesOf = ({ classNames, predictions }: Predictions) =>
  printableNames(classNames ?? indexNames(predictions[0]!.probabilities.length));

function describeAsJson(store: ObjectStore, run: RunRecord, file: Predictions): string {
  const { predictions } = file;
  const { runId, status, accuracy, loss } = run;
  return JSON.stringify(
    {
      runId,
      status,
      accuracy,
      loss,
      classNames: namesOf(file),
      labels: predictions.map(({ label }) => label),
      predictions: predictions.map(({ predicted }) => predicted),
      report: locate(store, objectKeys.report(runId)),
      model: locate(store, objectKeys.modelTopology(runId)),
    },
    null,
    2,
  );
}
