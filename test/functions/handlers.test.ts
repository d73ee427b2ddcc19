import { join } from 'node:path';
import { handler as commit } from '../../functions/commit/handler';
import { handler as plan } from '../../functions/plan/handler';
import { handler as register } from '../../functions/register/handler';
import { handler as shard } from '../../functions/shard/handler';
import { objectKeys } from '../../lib/contracts/object-keys';
import { storedRunConfigSchema } from '../../lib/contracts/run-config';
import { type LambdaStepName, lambdaStepNames } from '../../lib/contracts/steps';
import { getJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { createS3Store } from '../../lib/store/s3-store';
import { createStepContext, readPlan } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

jest.mock('../../lib/store/s3-store', () => ({ createS3Store: jest.fn() }));

const scratchFolder = useScratchFolder();
const handlerOf = (step: LambdaStepName) =>
  (require(`../../functions/${step}/handler`) as { handler: (event: unknown) => Promise<unknown> }).handler;
const lines: string[] = [];

beforeEach(() => {
  process.env['ARTIFACT_BUCKET'] = 'artifacts';
  process.env['COMPUTES'] = 'cpu';
  process.env['GPU_HOUR_USD'] = '1.006';
  jest.mocked(createS3Store).mockReturnValue(new MemoryStore() as never);
  lines.length = 0;
  // Powertools uses its own console outside of development, so the streams are mocked.
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  for (const name of ['ARTIFACT_BUCKET', 'COMPUTES', 'GPU_HOUR_USD']) delete process.env[name];
});

describe('every handler', () => {
  it.each(lambdaStepNames)('%s refuses an event without a run id', async (name) => {
    await expect(handlerOf(name)({ input: {} })).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('"runId"'),
    });
  });

  it.each(lambdaStepNames)('%s refuses an input with an unknown key', async (name) => {
    await expect(handlerOf(name)({ runId: 'run-1', input: { surprise: 1 } })).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('surprise'),
    });
  });

  it.each(lambdaStepNames)('%s names a variable that is missing from its environment', async (name) => {
    delete process.env['ARTIFACT_BUCKET'];
    await expect(handlerOf(name)({ runId: 'run-1', input: {} })).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('"ARTIFACT_BUCKET"'),
    });
  });
});

describe('the plan', () => {
  it('refuses a compute that is not deployed, before it reserves the run id', async () => {
    const store = new MemoryStore();
    jest.mocked(createS3Store).mockReturnValue(store as never);
    await expect(plan({ runId: 'run-1', input: { compute: 'gpu' } })).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(/compute "gpu".*only "cpu".*-c computes=cpu,gpu/),
    });
    for await (const { key } of store.list('')) throw new Error(`${key} was written`);
  });
});

describe('the seconds of a step', () => {
  it('are measured by the plan, each shard and the commit', async () => {
    const store = new MemoryStore();
    jest.mocked(createS3Store).mockReturnValue(store as never);
    const dataset = join(scratchFolder, 'timed');
    await writeTinyDataset(dataset);
    const measured = { seconds: expect.any(Number) };
    const planned = await plan({ runId: 'run-1', input: { dataset } });
    expect(planned).toMatchObject(measured);
    const pointer = { dataset: planned.dataset, contentKey: planned.contentKey };
    const { parts } = await readPlan(pointer, createStepContext(store));
    for (const input of parts) {
      expect(await shard({ runId: 'run-1', input })).toMatchObject(measured);
    }
    expect(await commit({ runId: 'run-1', input: pointer })).toMatchObject(measured);
  });
});

describe('the device of a run', () => {
  it.each([
    ['gpu', 'auto', 'gpu'],
    ['gpu', 'cpu', 'cpu'],
    ['cpu', 'auto', 'auto'],
  ])('on compute %s with device %s is stored as %s', async (compute, device, expected) => {
    const store = new MemoryStore();
    jest.mocked(createS3Store).mockReturnValue(store as never);
    process.env['COMPUTES'] = 'cpu,gpu';
    const dataset = join(scratchFolder, `${compute}-${device}`);
    await writeTinyDataset(dataset);
    const planned = await plan({ runId: 'run-1', input: { dataset, compute, device } });
    expect(planned).toMatchObject({ compute, isPrepared: false, shardCount: 2 });
    const { config } = await getJson(store, objectKeys.config('run-1'), storedRunConfigSchema);
    expect(config.device).toBe(expected);
  });
});

describe('the cost limit of a run', () => {
  it.each([
    [undefined, undefined, 'cpu', 0],
    [0.20248, undefined, 'cpu', 3600],
    [0.5055, undefined, 'gpu', 1800],
    [undefined, 0.20248, 'cpu', 3600],
    [0.20248, 0.10124, 'cpu', 1800],
    [0.10124, 0.20248, 'cpu', 1800],
  ])(
    'of %p and %p dollars on %s is %f s of training',
    async (maxCostUsd, costLimitUsd, compute, trainingSecondsLimit) => {
      process.env['COMPUTES'] = 'cpu,gpu';
      const dataset = join(scratchFolder, 'costly');
      await writeTinyDataset(dataset);
      const limits = { maxCostUsd, costLimitUsd };
      const planned = await plan({ runId: 'run-1', input: { dataset, compute, ...limits } });
      expect(planned).toMatchObject({ trainingSecondsLimit });
    },
  );
});

it('the plan takes the run id of its event, and passes the pause on', async () => {
  process.env['COMPUTES'] = 'cpu';
  const store = new MemoryStore();
  jest.mocked(createS3Store).mockReturnValue(store as never);
  const dataset = join(scratchFolder, 'paused');
  await writeTinyDataset(dataset);
  const input = { dataset, epochs: 3, runId: 'digits-1' };
  const planned = await plan({ runId: 'digits-1', input: { ...input, pauseAfterEpoch: 1 } });
  expect(planned).toMatchObject({ runId: 'digits-1', pauseAfterEpoch: 1 });
  // The pause is no setting of the run, so that another execution can continue it.
  expect(await plan({ runId: 'digits-1', input })).toMatchObject({
    ...{ runId: 'digits-1', pauseAfterEpoch: 0, isFinished: false },
  });
  // A redriven sweep repeats an execution that was stopped after the run had its results.
  await store.put(objectKeys.runRecord('digits-1'), new Uint8Array());
  expect(await plan({ runId: 'digits-1', input })).toMatchObject({ runId: 'digits-1', isFinished: true });
});

describe('the register handler', () => {
  it('fails with the error name that the workflow matches', async () => {
    await expect(register({ runId: 'run-1', input: { runId: 'run-1' } })).rejects.toMatchObject({
      name: 'ArtifactNotFound',
    });
  });
});
