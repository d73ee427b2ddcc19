import { PermanentError } from '../../lib/contracts/errors';
import { createRandom } from '../../lib/random/seeded-random';
import { shuffledRows } from '../../lib/random/shuffle';
import type { MemoryStore } from '../../lib/store/memory-store';
import { type EmulatedBucket, emulatedDataset, startEmulatedBucket } from '../support/emulated-bucket';
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
import type { HttpCall } from '../support/http-call';
import { type HttpFault, httpFaultsOf, nameOf } from '../support/http-faults';
import { createStepContext } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { initialState, makeWorkflow, type WorkflowState } from '../support/workflow-steps';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/cached-drawings').cacheDrawings(),
);
useFixedPeakMemory();
jest.mock('../../lib/store/s3-client', () =>
  jest.requireActual('../support/short-timeouts').shortenTimeouts(),
);

const seed = Number(process.env['FUZZ_SEED'] ?? 2026);
/**
 * Of some 2,100 cells. Each fault occurs at each operation of S3 at least once; the other places of the same pair are
 * drawn by the seed, or left out. `all` runs every cell, which takes 15 minutes.
 */
const cellLimit = process.env['HTTP_FAULT_CELLS'] ?? '200';

const folder = useScratchFolder();
const workflow = makeWorkflow(emulatedDataset);

/** A step of the run without faults: the artifacts before and after it, and its requests to S3. */
interface CleanStep {
  readonly before: MemoryStore;
  readonly stateBefore: WorkflowState;
  readonly after: Artifacts;
  readonly calls: readonly HttpCall[];
}
interface Cell {
  readonly step: number;
  readonly call: HttpCall;
  readonly fault: HttpFault;
}

let bucket: EmulatedBucket;
const cleanSteps: CleanStep[] = [];
let finalArtifacts: Artifacts;
let finalState: WorkflowState;
let allCells: Cell[] = [];
let chosenCells: Cell[] = [];

const makeContext = () => createStepContext(bucket.openStore());
const runStep = (step: number, state: WorkflowState) =>
  runWithRetries(workflow[step]!, bucket.openStore(), state, makeContext);
const runFrom = (step: number, state: WorkflowState) =>
  runSteps(workflow.slice(step), bucket.openStore(), state, makeContext);
const readBucket = async () => readArtifacts(await bucket.mirror.pull());

beforeAll(async () => {
  bucket = await startEmulatedBucket(folder);
  const { mirror, proxy } = bucket;
  let state = initialState;
  for (const step of workflow) {
    const before = await mirror.pull();
    const stateBefore = state;
    proxy.plan();
    state = await step.run(makeContext(), state);
    cleanSteps.push({ before, stateBefore, after: await readBucket(), calls: proxy.calls });
  }
  finalArtifacts = await readBucket();
  finalState = state;
  allCells = cleanSteps.flatMap(({ calls }, step) =>
    calls.flatMap((call) =>
      httpFaultsOf(call)
        .filter(({ kind }) => !isUndetectable(call, kind))
        .map((fault) => ({ step, call, fault })),
    ),
  );
  const count = cellLimit === 'all' ? allCells.length : Number(cellLimit);
  chosenCells = drawCells().slice(0, count);
});

/** S3 has no checksum for a range of a file that somebody else wrote: only TLS protects these bytes on their way. */
function isUndetectable({ operation, key }: Cell['call'], kind: string): boolean {
  return (
    operation === 'getRange' && key.startsWith('uploads/') && kind.startsWith('altered byte in the answer')
  );
}

/** A fault with an operation. */
const pairOf = ({ call, fault }: Cell) => `${nameOf(fault)} at ${call.operation}`;

/** In random order, after one cell of each pair. */
function drawCells(): Cell[] {
  const drawn = [...shuffledRows(allCells.length, createRandom(seed))].map((index) => allCells[index]!);
  const firstOfPair = new Map(drawn.toReversed().map((cell) => [pairOf(cell), cell]));
  const firsts = new Set(firstOfPair.values());
  return [...firsts, ...drawn.filter((cell) => !firsts.has(cell))];
}

afterAll(() => bucket.stop());

const outcomeOf = new Map<Cell, string>();
let violationCount = 0;

/** Runs the step with the fault and with the workflow's retries, and then checks the artifacts. */
async function findViolations(cell: Cell): Promise<string[]> {
  const { step, call, fault } = cell;
  const { before, stateBefore, after } = cleanSteps[step]!;
  await bucket.mirror.push(before);
  bucket.proxy.plan({ call, fault });
  let outcome = 'succeeded';
  try {
    const state = await runStep(step, stateBefore);
    if (!bucket.proxy.hasFaultOccurred) return ['the fault did not occur'];
    if (compareArtifacts(await readBucket(), after).length > 0) {
      outcome = 'healed by later steps';
      await runFrom(step + 1, state);
      const differences = compareArtifacts(await readBucket(), finalArtifacts);
      if (differences.length > 0) return differences;
    }
  } catch (error) {
    if (!(error instanceof PermanentError)) return [`failed with ${String(error)}`];
    outcome = error.name;
  } finally {
    outcomeOf.set(cell, outcome);
  }
  const broken = await findBrokenMarkers(await bucket.mirror.pull(), finalState);
  return broken.length > 0 || outcome === 'succeeded' ? broken : runAgain();
}

/** After an external failure has ended, a new run must succeed. */
async function runAgain(): Promise<string[]> {
  bucket.proxy.plan();
  try {
    await runFrom(0, initialState);
  } catch (error) {
    return [`run again, it failed with ${String(error)}`];
  }
  return compareArtifacts(await readBucket(), finalArtifacts);
}

describe.each(workflow.map(({ name }, step) => [name, step] as const))('%s', (_, step) => {
  test('each fault of each HTTP call gives the same artifacts in the end, or a named error and no marker', async () => {
    const violations: string[] = [];
    for (const cell of chosenCells.filter((chosen) => chosen.step === step)) {
      const { operation, key, range, occurrence } = cell.call;
      const found = await findViolations(cell);
      const where = `${nameOf(cell.fault)} at ${operation} ${occurrence} of ${key} ${range}`;
      violations.push(...found.map((what) => `${where}: ${what}`));
    }
    violationCount += violations.length;
    expect(violations).toEqual([]);
  });
});

test('every fault was tried at every operation, and only lasting or undetectable faults failed', () => {
  expect(outcomeOf.size).toBe(chosenCells.length);
  expect(new Set(chosenCells.map(pairOf))).toEqual(new Set(allCells.map(pairOf)));
  const fatal = chosenCells.filter((cell) => !/^(succeeded|healed)/.test(outcomeOf.get(cell)!));
  const unexpected = fatal.filter(({ call, fault: { kind } }) => {
    if (kind === '403 AccessDenied' || kind === '404') return false;
    // A range has no checksum: the checksum of the file is compared after its last byte.
    return !(call.operation === 'getRange' && kind.startsWith('altered byte in the answer'));
  });
  expect(unexpected.map(({ call, fault }) => `${nameOf(fault)} at ${call.operation} ${call.key}`)).toEqual(
    [],
  );
});

afterAll(() => {
  const share = `${outcomeOf.size} of ${allCells.length} cells (FUZZ_SEED=${seed})`;
  printOutcomes(`Fault matrix over HTTP: ${share}, ${violationCount} violations`, outcomeOf.values());
});
