import { isNamed, type PipelineError, TransientError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseOrThrow } from '../../lib/contracts/parse';
import { type RunConfig, runIdSchema } from '../../lib/contracts/run-config';
import { runPipeline } from '../../lib/pipeline/run-pipeline';
import { createRunId } from '../../lib/pipeline/start-run';
import type { ContentObject } from '../../lib/store/content-object';
import type { ObjectStore } from '../../lib/store/object-store';
import { commandLine } from '../command-text';
import { describeStanding } from '../describe-standing';
import { printOutcome } from '../print-outcome';
import type { Terminal } from '../terminal';

export interface TrainRequest {
  readonly store: ObjectStore;
  readonly config: RunConfig;
  /** @default generated from the time */
  readonly runId: string | undefined;
  /** The configuration names them; the store may not have them yet. */
  readonly objects: readonly ContentObject[];
  readonly isJson: boolean;
}

/** Runs the whole pipeline in this process and prints its outcome, also that of a rejected run. */
export async function trainCommand(request: TrainRequest, terminal: Terminal): Promise<void> {
  const { store, config, objects, isJson } = request;
  const { now, signal, report } = terminal;
  const runId = parseOrThrow(runIdSchema, request.runId ?? createRunId(now()), 'The run id');
  const context = { store, now, signal, notify: report };
  const failure = await runPipeline({ runId, config }, context, objects).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure !== undefined && !isNamed(failure, 'QualityGateFailed'))
    throw isNamed(failure, 'Interrupted') ? await withResumeCommand(failure, store, runId) : failure;
  const standing = isJson ? undefined : await describeStanding(store, runId);
  await printOutcome({ store, runId, isJson, ...standing }, terminal);
  if (failure !== undefined) throw failure;
}

/** A run that has its config.json can be resumed; without it, nothing was stored. */
async function withResumeCommand(error: PipelineError, store: ObjectStore, runId: string): Promise<Error> {
  if ((await store.head(objectKeys.config(runId))) === undefined) return error;
  return new TransientError(
    'Interrupted',
    `${error.message}\nTo resume it: ${commandLine(store, 'train', runId)}`,
    { evidence: error.evidence, cause: error },
  );
}
