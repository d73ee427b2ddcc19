import { join } from 'node:path';
import { PermanentError } from '../../lib/contracts/errors';
import { MemoryStore } from '../../lib/store/memory-store';
import {
  type Artifacts,
  compareArtifacts,
  findBrokenMarkers,
  printOutcomes,
  readArtifacts,
  runSteps,
  runWithRetries,
  useFixedPeakMemory,
} from '../support/faulty-pipeline';
import { copyStore, type Fault, FaultyStore, faultsOf, type StoreCall } from '../support/faulty-store';
import { createStepContext } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';
import { initialState, makeWorkflow, type WorkflowState } from '../support/workflow-steps';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/cached-drawings').cacheDrawings(),
);
useFixedPeakMemory();

const dataset = join(useScratchFolder(), 'digits');
const workflow = makeWorkflow(dataset);

/** A step of the run without faults: the artifacts before and after it, and its calls of the store. */
interface CleanStep {
  readonly before: MemoryStore;
  readonly stateBefore: WorkflowState;
  readonly after: Artifacts;
  readonly calls: readonly StoreCall[];
}
const cleanSteps: CleanStep[] = [];
let finalArtifacts: Artifacts;
let finalState: WorkflowState;

beforeAll(async () => {
  // Odd counts: a flipped lowest bit reduces a count by one, and no read ends too early.
  await writeTinyDataset(dataset, { trainCount: 61, testCount: 31, classes: 3 });
  const store = new MemoryStore();
  let state = initialState;
  for (const step of workflow) {
    const before = await copyStore(store);
    const stateBefore = state;
    const recorder = new FaultyStore(store);
    state = await step.run(createStepContext(recorder), state);
    cleanSteps.push({ before, stateBefore, after: await readArtifacts(store), calls: recorder.calls });
  }
  finalArtifacts = await readArtifacts(store);
  finalState = state;
});

interface Cell {
  readonly step: number;
  readonly call: number;
  readonly fault: Fault;
}

const outcomes: string[] = [];
let violationCount = 0;

/** Runs the step with the fault, then the steps after it without; after a failure runs all steps again. */
async function findViolations({ step, call, fault }: Cell): Promise<string[]> {
  const { before, stateBefore, after } = cleanSteps[step]!;
  const inner = await copyStore(before);
  const store = new FaultyStore(inner, { fault, call });
  let outcome: string;
  try {
    const state = await runWithRetries(workflow[step]!, store, stateBefore, createStepContext);
    if (!store.hasFaultOccurred) return ['the fault did not occur'];
    const isAsClean = store.damagedKeys.length === 0 && isSame(await readArtifacts(inner), after);
    // With equal artifacts, the steps after it give equal results.
    if (!isAsClean) await runSteps(workflow.slice(step + 1), store, state, createStepContext);
    outcome =
      isAsClean || fault.startsWith('altered at rest') || fault === 'deleted' ? 'succeeded' : 'healed';
    if (!isAsClean) {
      const differences = compareArtifacts(await readArtifacts(inner), finalArtifacts);
      if (differences.length > 0) return differences;
    }
  } catch (error) {
    if (!(error instanceof PermanentError)) return [`failed with ${String(error)}`];
    outcome = error.name;
  }
  outcomes.push(outcome);
  return [...(await findBrokenMarkers(inner, finalState)), ...(await runAgain(outcome, fault, inner))];
}

/** After an external failure has ended, a new run must succeed. */
async function runAgain(outcome: string, fault: Fault, inner: MemoryStore): Promise<string[]> {
  const isLasting = fault === 'deleted' || fault.startsWith('altered at rest');
  if (outcome === 'succeeded' || isLasting) return [];
  const store = new FaultyStore(inner);
  try {
    await runSteps(workflow, store, initialState, createStepContext);
  } catch (error) {
    return [`run again, it failed with ${String(error)}`];
  }
  return compareArtifacts(await readArtifacts(inner), finalArtifacts);
}

const isSame = (actual: Artifacts, expected: Artifacts) => compareArtifacts(actual, expected).length === 0;

describe.each(workflow.map(({ name }, step) => [name, step] as const))('%s', (_, step) => {
  test('each fault of each call gives the same artifacts in the end, or a named error and no marker', async () => {
    const violations: string[] = [];
    for (const [call, storeCall] of cleanSteps[step]!.calls.entries()) {
      for (const fault of faultsOf(storeCall)) {
        const found = await findViolations({ step, call, fault });
        violations.push(
          ...found.map((what) => `${fault} at ${call} ${storeCall.operation} ${storeCall.key}: ${what}`),
        );
      }
    }
    violationCount += violations.length;
    expect(violations).toEqual([]);
  });
});

test('there were cells with every kind of outcome', () => {
  expect(outcomes.length).toBeGreaterThan(400);
  expect([...new Set(outcomes)]).toEqual(
    expect.arrayContaining(['ArtifactNotFound', 'CorruptArtifact', 'StoreNotWritable', 'succeeded']),
  );
});

afterAll(() => {
  printOutcomes(`Fault matrix: ${outcomes.length} cells, ${violationCount} violations`, outcomes);
});
