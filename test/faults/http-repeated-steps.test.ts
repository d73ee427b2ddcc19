import { PermanentError } from '../../lib/contracts/errors';
import { createRandom } from '../../lib/random/seeded-random';
import type { MemoryStore } from '../../lib/store/memory-store';
import { type EmulatedBucket, emulatedDataset, startEmulatedBucket } from '../support/emulated-bucket';
import {
  type Artifacts,
  findBrokenMarkers,
  readArtifacts,
  runSteps,
  runWithRetries,
  useFixedPeakMemory,
} from '../support/faulty-pipeline';
import { createStepContext } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { initialState, makeWorkflow, type WorkflowState } from '../support/workflow-steps';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/cached-drawings').cacheDrawings(),
);
useFixedPeakMemory();

/** Each step's event is delivered twice, over HTTP, with the conditional writes of S3. */
const folder = useScratchFolder();
const workflow = makeWorkflow(emulatedDataset);
const random = createRandom(7);
const rounds = 5;

let bucket: EmulatedBucket;
const starts: { readonly before: MemoryStore; readonly state: WorkflowState }[] = [];
let finalArtifacts: Artifacts;

beforeAll(async () => {
  bucket = await startEmulatedBucket(folder, () => random() % 12);
  let state = initialState;
  for (const step of workflow) {
    starts.push({ before: await bucket.mirror.pull(), state });
    state = await step.run(createStepContext(bucket.openStore()), state);
  }
  finalArtifacts = await readArtifacts(await bucket.mirror.pull());
});

afterAll(() => bucket.stop());

/** Two processes with different clocks. */
const contextAt = (hour: number) => () => ({
  ...createStepContext(bucket.openStore()),
  now: () => new Date(Date.UTC(2026, 0, 2, hour)),
});

describe.each(workflow.map((step, index) => [step.name, step, index] as const))('%s', (_, step, index) => {
  test('delivered twice, one after the other: the same artifacts', async () => {
    const { before, state } = starts[index]!;
    await bucket.mirror.push(before);
    const makeContext = () => createStepContext(bucket.openStore());
    const steps = [step, ...workflow.slice(index)];
    await runSteps(steps, bucket.openStore(), state, makeContext);
    expect(await readArtifacts(await bucket.mirror.pull())).toEqual(finalArtifacts);
  });

  test(`delivered twice at once, ${rounds} times: complete in the end, with no marker of incomplete data`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { before, state } = starts[index]!;
      await bucket.mirror.push(before);
      const both = await Promise.allSettled(
        [0, 1].map((which) => runWithRetries(step, bucket.openStore(), state, contextAt(which))),
      );
      for (const one of both) {
        if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(PermanentError);
      }
      const ended = both.find((one) => one.status === 'fulfilled');
      const end = await runSteps(workflow.slice(index + 1), bucket.openStore(), ended!.value, contextAt(2));
      const left = await bucket.mirror.pull();
      expect(await findBrokenMarkers(left, end)).toEqual([]);
      expect([...(await readArtifacts(left)).keys()].sort()).toEqual([...finalArtifacts.keys()].sort());
    }
  });
});
