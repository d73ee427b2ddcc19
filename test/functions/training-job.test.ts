import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { runTrainingJob } from '../../functions/train/training-job';
import { TransientError } from '../../lib/contracts/errors';
import { trainExitCodes, trainingOutcomeSchema } from '../../lib/contracts/execution';
import { objectKeys } from '../../lib/contracts/object-keys';
import { getJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { useScratchFolder } from '../support/scratch-folder';
import { prepareRun } from './prepare-run';

const logger = new Logger({ serviceName: 'test' });
const datasetFolder = join(useScratchFolder(), 'tiny');
const noStop = new AbortController().signal;

async function prepare({ epochs = 1 } = {}) {
  const store = new MemoryStore();
  const pointers = await prepareRun(store, 'run-1', datasetFolder, epochs);
  const environment = {
    ARTIFACT_BUCKET: 'artifacts',
    COMPUTE: 'cpu',
    RUN_ID: 'run-1',
    DATASET: pointers.dataset,
    CONTENT_KEY: pointers.contentKey,
    TRAINING_SECONDS_LIMIT: '0',
  };
  return { store, environment };
}

const outcomeOf = (store: MemoryStore) =>
  getJson(store, objectKeys.trainingOutcome('run-1'), trainingOutcomeSchema);

beforeEach(() => {
  for (const level of ['info', 'error'] as const) jest.spyOn(logger, level).mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

describe('a training job', () => {
  it('trains, and records its success', async () => {
    const { store, environment } = await prepare();
    expect(await runTrainingJob(environment, logger, noStop, () => store)).toBe(trainExitCodes.decided);
    expect(await outcomeOf(store)).toMatchObject({ status: 'succeeded', runId: 'run-1' });
    expect(await store.head(objectKeys.modelWeights('run-1'))).toBeDefined();
  });

  it('records name and message of a permanent error, with exit code 0, so that nothing is retried', async () => {
    const { store, environment } = await prepare();
    const lost = { ...environment, CONTENT_KEY: 'no-such-content' };
    expect(await runTrainingJob(lost, logger, noStop, () => store)).toBe(trainExitCodes.decided);
    expect(await outcomeOf(store)).toMatchObject({
      status: 'failed',
      error: 'ArtifactNotFound',
      message: expect.stringContaining('no-such-content'),
    });
  });

  it('refuses a GPU queue without a GPU before it trains', async () => {
    const { store, environment } = await prepare();
    const onGpu = { ...environment, COMPUTE: 'gpu' };
    expect(await runTrainingJob(onGpu, logger, noStop, () => store)).toBe(trainExitCodes.decided);
    expect(await outcomeOf(store)).toMatchObject({ status: 'failed', error: 'EngineUnavailable' });
    expect(await store.head(objectKeys.history('run-1'))).toBeUndefined();
  });

  it('records an exceeded cost limit, with exit code 0, so that nothing is retried', async () => {
    const { store, environment } = await prepare();
    const limited = { ...environment, TRAINING_SECONDS_LIMIT: '0.001' };
    expect(await runTrainingJob(limited, logger, noStop, () => store)).toBe(trainExitCodes.decided);
    expect(await outcomeOf(store)).toMatchObject({ status: 'failed', error: 'CostLimitExceeded' });
  });

  it('pauses, and is trained to its end by a later job', async () => {
    const { store, environment } = await prepare({ epochs: 2 });
    const paused = { ...environment, PAUSE_AFTER_EPOCH: '1' };
    expect(await runTrainingJob(paused, logger, noStop, () => store)).toBe(trainExitCodes.decided);
    expect(await outcomeOf(store)).toMatchObject({ status: 'paused', epochs: 1 });
    expect(await store.head(objectKeys.training('run-1'))).toBeUndefined();
    expect(await runTrainingJob(environment, logger, noStop, () => store)).toBe(trainExitCodes.decided);
    expect(await outcomeOf(store)).toMatchObject({ status: 'succeeded' });
  });

  it('records no outcome when it is stopped by a signal', async () => {
    const { store, environment } = await prepare();
    const stopped = AbortSignal.abort('SIGTERM');
    expect(await runTrainingJob(environment, logger, stopped, () => store)).toBe(trainExitCodes.stopped);
    expect(await store.head(objectKeys.trainingOutcome('run-1'))).toBeUndefined();
  });

  it('asks for another attempt when the store is unavailable', async () => {
    const { store, environment } = await prepare();
    jest.spyOn(store, 'head').mockRejectedValue(new TransientError('StoreUnavailable', 'S3 is unavailable'));
    jest.spyOn(store, 'get').mockRejectedValue(new TransientError('StoreUnavailable', 'S3 is unavailable'));
    expect(await runTrainingJob(environment, logger, noStop, () => store)).toBe(
      trainExitCodes.temporaryFailure,
    );
  });

  it.each(['ARTIFACT_BUCKET', 'COMPUTE', 'RUN_ID', 'DATASET', 'CONTENT_KEY', 'TRAINING_SECONDS_LIMIT'])(
    'names a missing %s',
    async (name) => {
      const { store, environment } = await prepare();
      const code = await runTrainingJob({ ...environment, [name]: undefined }, logger, noStop, () => store);
      expect(code).toBe(trainExitCodes.unexpected);
      const [, error] = jest.mocked(logger.error).mock.calls[0]!;
      expect((error as Error).message).toContain(`"${name}"`);
    },
  );
});
