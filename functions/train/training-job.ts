import { existsSync } from 'node:fs';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Compute } from '../../lib/contracts/compute';
import { trainEnvSchema } from '../../lib/contracts/env';
import { PermanentError, type PermanentErrorName, TransientError } from '../../lib/contracts/errors';
import { type TrainingOutcome, trainExitCodes, trainingOutcomeSchema } from '../../lib/contracts/execution';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseOrThrow } from '../../lib/contracts/parse';
import type { TrainOutput } from '../../lib/contracts/steps';
import { train } from '../../lib/pipeline/steps/train';
import { logEvent } from '../../lib/runtime/log-event';
import { putJson } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';
import { createS3Store } from '../../lib/store/s3-store';

/**
 * Runs one training as a Batch job.
 *
 * @returns the exit code, one of `trainExitCodes`; never throws.
 */
export async function runTrainingJob(
  environment: NodeJS.ProcessEnv,
  logger: Logger,
  signal: AbortSignal,
  openStore: (bucket: string) => ObjectStore = createS3Store,
): Promise<number> {
  try {
    const env = parseOrThrow(trainEnvSchema, environment, 'The environment of the training job');
    const { RUN_ID: runId, DATASET: dataset, CONTENT_KEY: contentKey, COMPUTE: compute } = env;
    const { TRAINING_SECONDS_LIMIT: trainingSecondsLimit, PAUSE_AFTER_EPOCH: pauseAfterEpoch } = env;
    logger.appendKeys({ runId });
    const store = openStore(env.ARTIFACT_BUCKET);
    await recordOutcome(store, runId, async () => {
      assertComputePresent(compute);
      return train(
        {
          ...{ runId, dataset, contentKey, compute, trainingSecondsLimit },
          ...(pauseAfterEpoch > 0 && { pauseAfterEpoch }),
        },
        { store, now: () => new Date(), notify: (event) => logEvent(logger, event), signal },
      );
    });
    return trainExitCodes.decided;
  } catch (error) {
    logger.error('The training job failed', error as Error);
    if (!(error instanceof TransientError)) return trainExitCodes.unexpected;
    return error.name === 'Interrupted' ? trainExitCodes.stopped : trainExitCodes.temporaryFailure;
  }
}

/** Records a success, a pause and permanent errors, which the workflow reads; any other error becomes an exit code. */
async function recordOutcome(
  store: ObjectStore,
  runId: string,
  work: () => Promise<TrainOutput>,
): Promise<void> {
  let outcome: TrainingOutcome;
  try {
    const { seconds, pausedAfterEpoch: epochs } = await work();
    outcome =
      epochs === undefined
        ? { schemaVersion: 1, status: 'succeeded', runId, seconds }
        : { schemaVersion: 1, status: 'paused', runId, seconds, epochs };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const { name, message } = error;
    outcome = { schemaVersion: 1, status: 'failed', runId, error: name as PermanentErrorName, message };
  }
  await putJson(store, objectKeys.trainingOutcome(runId), trainingOutcomeSchema, outcome);
}

/** The first device file of NVIDIA's driver; the container runtime creates it if the job has a GPU. */
const gpuDeviceFile = '/dev/nvidia0';

/** Training on the CPU of a GPU instance would succeed, at the price of a GPU. */
function assertComputePresent(compute: Compute): void {
  if (compute === 'cpu' || existsSync(gpuDeviceFile)) return;
  throw new PermanentError(
    'EngineUnavailable',
    `The job was submitted to a GPU queue, but its container has no GPU (${gpuDeviceFile} does not exist). Check the job definition's GPU requirement and the instance types, or start the execution with {"compute": "cpu"}.`,
  );
}
