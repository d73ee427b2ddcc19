import { type PermanentError, PipelineError } from '../../lib/contracts/errors';
import { parseOrThrow } from '../../lib/contracts/parse';
import { type RunConfig, runIdSchema } from '../../lib/contracts/run-config';
import { runPipeline } from '../../lib/pipeline/run-pipeline';
import { createRunId } from '../../lib/pipeline/start-run';
import type { ObjectStore } from '../../lib/store/object-store';
import type { EncodedWeights } from '../../lib/training/initial-weights';
import { printOutcome } from '../print-outcome';
import type { Terminal } from '../terminal';

export interface TrainRequest {
  readonly store: ObjectStore;
  readonly config: RunConfig;
  /** @default made from the time */
  readonly runId: string | undefined;
  /** Those of `--from`, which the configuration names. */
  readonly initialWeights: EncodedWeights | undefined;
  readonly isJson: boolean;
}

/** Runs the whole pipeline in this process and prints its outcome, a rejected run's as well. */
export async function trainCommand(request: TrainRequest, terminal: Terminal): Promise<void> {
  const { store, config, initialWeights } = request;
  const { now, signal, report } = terminal;
  const runId = parseOrThrow(runIdSchema, request.runId ?? createRunId(now()), 'The run id');
  const context = { store, now, signal, notify: report };
  const outcome = await runPipeline({ runId, config }, context, initialWeights).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome !== undefined && !isGateFailure(outcome)) throw outcome;
  await printOutcome(store, runId, request.isJson, terminal);
  if (outcome !== undefined) throw outcome;
}

function isGateFailure(error: unknown): error is PermanentError {
  return error instanceof PipelineError && error.name === 'QualityGateFailed';
}
