import { PermanentError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runIdSchema } from '../../lib/contracts/run-config';
import { listRuns, type RunListing, readRun } from '../../lib/pipeline/list-runs';
import type { ObjectStore } from '../../lib/store/object-store';
import { locate } from '../locate';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';

export interface StoreRequest {
  readonly store: ObjectStore;
  readonly isJson: boolean;
}

const heading = ['run', 'status', 'accuracy', 'loss', 'epochs', 'dataset'] as const;

/** One line a run. */
export async function runsCommand({ store, isJson }: StoreRequest, terminal: Terminal): Promise<void> {
  const runs = await listRuns(store);
  if (isJson) terminal.print(JSON.stringify(runs, null, 2));
  else if (runs.length === 0)
    terminal.print(`No runs in ${store.location} yet. Start one with "mnist-pipeline train".`);
  else terminal.print(formatTable([heading, ...runs.map(toRow)]));
}

function toRow(run: RunListing): string[] {
  switch (run.status) {
    case 'unfinished': {
      const { config } = run.stored;
      return [run.runId, run.status, '', '', `${run.epochs.length} of ${config.epochs}`, config.dataset];
    }
    case 'damaged':
      return [run.runId, run.status, '', '', '', run.reason];
    default: {
      const { accuracy, loss, config } = run.record;
      return [
        run.runId,
        run.status,
        accuracy.toFixed(4),
        loss.toFixed(4),
        String(config.epochs),
        config.dataset,
      ];
    }
  }
}

/** Everything a run's marker says. */
export async function showCommand(
  { store, isJson, runId }: StoreRequest & { readonly runId: string },
  terminal: Terminal,
): Promise<void> {
  const run = await readRun(store, parseOrThrow(runIdSchema, runId, 'The run id'));
  if (run === undefined) {
    throw new PermanentError(
      'ArtifactNotFound',
      `There is no run ${JSON.stringify(runId)} in ${store.location}. "mnist-pipeline runs --store ${store.location}" lists those that are there.`,
      { evidence: { runId } },
    );
  }
  if (isJson) terminal.print(JSON.stringify(run, null, 2));
  else terminal.print(describeRun(store, run));
}

function describeRun(store: ObjectStore, run: RunListing): string {
  if (run.status === 'damaged') return `Run ${run.runId}: damaged\n\n  ${run.reason}`;
  const config = run.status === 'unfinished' ? run.stored.config : run.record.config;
  const settings = Object.entries(config).map(([name, value]) => [name, String(value)]);
  if (run.status === 'unfinished') {
    return [
      `Run ${run.runId}: unfinished, ${run.epochs.length} of ${config.epochs} epochs trained`,
      '',
      formatTable(settings),
      '',
      store.location.startsWith('s3://')
        ? `To go on, if it runs on AWS: mnist-pipeline follow ${run.runId}, or redrive ${run.runId} when it failed`
        : `To go on: mnist-pipeline train --run-id ${run.runId}, with the settings above`,
    ].join('\n');
  }
  const { record } = run;
  const facts = [
    ['test accuracy', `${record.accuracy.toFixed(4)} (${record.errorCount} of ${record.testCount} wrong)`],
    ['test loss', record.loss.toFixed(4)],
    ['finished', record.finishedAt],
    [
      'engine',
      `${record.environment.engine} ${record.environment.tensorflowVersion} on ${record.environment.device}`,
    ],
    ...record.phases.map(({ name, seconds }) => [name, `${seconds.toFixed(1)} s`]),
    ['dataset content', record.dataset.contentKey],
    ['report', locate(store, objectKeys.report(run.runId))],
  ];
  return [`Run ${run.runId}: ${run.status}`, '', formatTable(facts), '', formatTable(settings)].join('\n');
}
