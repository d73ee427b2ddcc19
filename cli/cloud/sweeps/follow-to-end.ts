import { PermanentError, type PipelineError } from '../../../lib/contracts/errors';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { runRecordSchema } from '../../../lib/contracts/results';
import { sweepResultsSchema } from '../../../lib/contracts/sweep';
import { describeRejection } from '../../../lib/pipeline/steps/register';
import { endedState, readSweep } from '../../../lib/pipeline/sweep/read-sweep';
import { getJson } from '../../../lib/store/json-objects';
import type { ObjectStore } from '../../../lib/store/object-store';
import { printSweepOutcome } from '../../commands/sweep-outcome';
import type { Terminal } from '../../terminal';
import { type DeployedPipeline, stackFlag } from '../open-deployed-pipeline';
import { type FollowSweepRequest, followSweep } from './follow-sweep';
import { explainSweepFailure } from './sweep-failure';

export type FollowToEndRequest = Omit<FollowSweepRequest, 'sweep'> & { readonly sweepId: string };

/** Follows a sweep. Prints and throws the same as a local one. */
export async function followSweepToEnd(
  { sweepId, ...request }: FollowToEndRequest,
  isJson: boolean,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const { store, stack } = cloud;
  const sweep = await readSweep(store, sweepId);
  if (sweep === undefined) throw hasNoSweep(sweepId, cloud);
  const { execution, watch } = await followSweep({ ...request, sweep }, cloud, terminal);
  if (execution.status !== 'SUCCEEDED') throw await explainSweepFailure(execution, watch.state, cloud);
  const results = await getJson(store, objectKeys.sweepResults(sweepId), sweepResultsSchema);
  const { winner } = results;
  const state = endedState(watch.state, results);
  const showCommand = `mnist-pipeline sweep show ${sweepId} --cloud${stackFlag(stack)}`;
  const gateFailure = winner === null ? undefined : await findGateFailure(winner.winnerRunId, store);
  printSweepOutcome({ store, state, results, gateFailure, showCommand, isJson }, terminal);
}

async function findGateFailure(runId: string, store: ObjectStore): Promise<PipelineError | undefined> {
  const record = await getJson(store, objectKeys.runRecord(runId), runRecordSchema);
  return record.status === 'rejected' ? describeRejection(record, store) : undefined;
}

/** An execution that was started by hand. */
function hasNoSweep(sweepId: string, { store }: DeployedPipeline): PermanentError {
  return new PermanentError(
    'ArtifactNotFound',
    `The execution is of the sweep "${sweepId}", and ${objectKeys.sweep(sweepId)} is absent in ${store.location}. Start a sweep with "mnist-pipeline sweep SPACE --cloud", which writes it.`,
    { evidence: { sweepId } },
  );
}
