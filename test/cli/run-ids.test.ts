import { assertFinished, resolveRunId } from '../../cli/run-ids';
import { objectKeys } from '../../lib/contracts/object-keys';
import { type SweepResults, sweepResultsSchema } from '../../lib/contracts/sweep';
import { putJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { putConfig, putFinishedRun } from '../cloud/finished-run';

const store = new MemoryStore();
const startedAt = (hour: number) => `2026-11-25T${String(hour).padStart(2, '0')}:00:00.000Z`;

beforeAll(async () => {
  await putFinishedRun(store, 'friday', 'accepted', { createdAt: startedAt(1), accuracy: 0.98 });
  await putFinishedRun(store, 'monday', 'rejected', { createdAt: startedAt(2), accuracy: 0.99 });
  await putFinishedRun(store, 'monday-2', 'accepted', { createdAt: startedAt(3), accuracy: 0.97 });
  // Its config.json says 12:00, the latest of all.
  await putConfig(store, 'tuesday');
  await store.put(objectKeys.runRecord('damaged'), new TextEncoder().encode('{'));
  await store.put(`${objectKeys.run('stray')}notes.txt`, new TextEncoder().encode('not a run'));
});

test.each([
  ['an id', 'friday', 'any', 'friday'],
  ['an id that begins another one', 'monday', 'any', 'monday'],
  ['the beginning of one id', 'fri', 'any', 'friday'],
  ['the beginning of a longer id', 'monday-', 'any', 'monday-2'],
  ['the latest run', 'latest', 'any', 'tuesday'],
  ['the latest finished run', 'latest', 'finished', 'monday-2'],
  ['the best run, also a rejected one', 'best', 'any', 'monday'],
] as const)('%s: %s of %s runs is %s', async (_, text, scope, runId) => {
  expect(await resolveRunId(store, text, scope)).toBe(runId);
});

test.each([
  ['mon', 'InvalidInput', /^2 runs begin with "mon": monday, monday-2\. Give more characters/],
  [
    'Friday',
    'ArtifactNotFound',
    /^There is no run "Friday" in .*\. Did you mean "friday"\? "mnist-pipeline runs/,
  ],
  ['sunday', 'ArtifactNotFound', /^There is no run "sunday" in .*Did you mean "monday"\?/],
  ['nobody-knows', 'ArtifactNotFound', /^There is no run "nobody-knows" in [^.]*\. "mnist-pipeline runs/],
  ['stray', 'ArtifactNotFound', /^There is no run "stray" in/],
  ['str', 'ArtifactNotFound', /^There is no run "str" in/],
  ['../friday', 'InvalidInput', /^The run id cannot be used\./],
])('%s is refused', async (text, name, message) => {
  await expect(resolveRunId(store, text)).rejects.toMatchObject({
    name,
    message: expect.stringMatching(message),
  });
});

const results: SweepResults = {
  schemaVersion: 1,
  sweepId: 'sweep',
  ...{ createdAt: startedAt(1), finishedAt: startedAt(2) },
  ...{
    metric: 'validation-loss',
    stop: 'none',
    rungs: [5],
    trialCount: 12,
    maxCostUsd: 0,
    trials: [],
    summary: null,
  },
  winner: null,
};
const winner = { trial: 10, runId: 'sweep-10', testAccuracy: 0.9, testLoss: 0.1, costUsd: 0 };

test.each([
  [[], undefined, 'It has no runs yet'],
  [['sweep-1'], undefined, 'Its runs are sweep-1 (its trials)'],
  [
    ['sweep-1', 'sweep-2', 'sweep-winner', 'sweeping-3'],
    'sweep-winner',
    'Its runs are sweep-winner (its best trial, tested), and sweep-1 to sweep-2 (its trials)',
  ],
  [
    ['sweep-10', 'sweep-2', 'sweep-9', 'sweep-winner', 'sweep-winner-10'],
    'sweep-winner-10',
    'Its runs are sweep-winner-10 (its best trial, tested), and sweep-2 to sweep-10 (its trials)',
  ],
])(
  'the id of a sweep with the runs %j and the winner %s is no run id',
  async (runIds, winnerRunId, whatItHas) => {
    const sweeps = new MemoryStore();
    await sweeps.put(objectKeys.sweep('sweep'), new TextEncoder().encode('{}'));
    for (const runId of runIds) await putConfig(sweeps, runId);
    if (winnerRunId !== undefined) {
      const ended = { ...results, winner: { ...winner, winnerRunId } };
      await putJson(sweeps, objectKeys.sweepResults('sweep'), sweepResultsSchema, ended);
    }
    await expect(resolveRunId(sweeps, 'sweep')).rejects.toMatchObject({
      name: 'InvalidInput',
      message: `"sweep" is a sweep, and a run is needed here. ${whatItHas}. "mnist-pipeline sweep show sweep --store memory:" shows the sweep.`,
    });
    await putConfig(sweeps, 'sweep');
    expect(await resolveRunId(sweeps, 'sweep')).toBe('sweep');
  },
);

test('without runs, an alias says what to do', async () => {
  for (const [alias, kind] of [
    ['latest', 'run'],
    ['best', 'finished run'],
  ] as const)
    await expect(resolveRunId(new MemoryStore(), alias)).rejects.toMatchObject({
      name: 'ArtifactNotFound',
      message: expect.stringMatching(
        `^There is no ${kind} in .*, so "${alias}" means none\\. Start one with`,
      ),
    });
});

test('an unfinished run is refused with the command that resumes it', async () => {
  await assertFinished(store, 'friday');
  await expect(assertFinished(store, 'tuesday')).rejects.toMatchObject({
    message: expect.stringMatching(
      /"tuesday" .* is not finished\. To resume it: mnist-pipeline train tuesday/,
    ),
  });
});
