import { trainExitCodes } from '../../lib/contracts/execution';
import { synthesize } from './synthesize';
import { definitionOf } from './workflow-definition';

interface Rule {
  readonly Action: 'RETRY' | 'EXIT';
  readonly OnExitCode?: string;
  readonly OnReason?: string;
  readonly OnStatusReason?: string;
}
interface Attempt {
  readonly exitCode?: number;
  readonly reason?: string;
  readonly statusReason: string;
}
const definition = definitionOf(synthesize());
const strategyOf = (state: string) =>
  (definition.States[state]!.Arguments as { RetryStrategy: { Attempts: number; EvaluateOnExit: Rule[] } })
    .RetryStrategy;

/** Decides like Batch: by the first rule whose patterns all match; without such a rule the attempt is retried. */
function decide(rules: readonly Rule[], { exitCode, reason = '', statusReason }: Attempt): string {
  const matches = (pattern: string | undefined, text: string | undefined) =>
    pattern === undefined ||
    (text !== undefined &&
      (pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern));
  const rule = rules.find(
    ({ OnExitCode, OnReason, OnStatusReason }) =>
      matches(OnExitCode, exitCode?.toString()) &&
      matches(OnReason, reason) &&
      matches(OnStatusReason, statusReason),
  );
  return rule?.Action ?? 'RETRY';
}

const ended = 'Essential container in task exited';
const cases: [what: string, attempt: Attempt, spot: string, onDemand: string][] = [
  [
    'out of memory',
    { exitCode: 137, reason: 'OutOfMemoryError: container killed', statusReason: ended },
    'EXIT',
    'EXIT',
  ],
  ['killed', { exitCode: trainExitCodes.killed, statusReason: ended }, 'RETRY', 'RETRY'],
  [
    'S3 was unavailable',
    { exitCode: trainExitCodes.temporaryFailure, statusReason: ended },
    'RETRY',
    'RETRY',
  ],
  ['a bug', { exitCode: trainExitCodes.unexpected, statusReason: ended }, 'EXIT', 'EXIT'],
  ['a crash', { exitCode: 139, statusReason: ended }, 'EXIT', 'EXIT'],
  ['no such program', { exitCode: 127, statusReason: ended }, 'EXIT', 'EXIT'],
  ['stopped by a signal', { exitCode: trainExitCodes.stopped, statusReason: ended }, 'EXIT', 'RETRY'],
  ['the host was terminated', { statusReason: 'Host EC2 (instance i-1) terminated.' }, 'EXIT', 'RETRY'],
  [
    'the image was not pulled',
    { reason: 'CannotPullContainerError: i/o timeout', statusReason: 'Task failed to start' },
    'RETRY',
    'RETRY',
  ],
  [
    'no network',
    { statusReason: 'ResourceInitializationError: unable to pull registry auth' },
    'RETRY',
    'RETRY',
  ],
  [
    'Docker was slow',
    { reason: 'DockerTimeoutError: Could not transition to started', statusReason: 'Task failed to start' },
    'RETRY',
    'RETRY',
  ],
];

describe.each(['Train on a spot GPU', 'Train on a GPU on demand', 'Train on Fargate'])('%s', (state) => {
  const { Attempts, EvaluateOnExit } = strategyOf(state);

  it('has three attempts, and at most the five rules that Batch allows', () => {
    expect(Attempts).toBe(3);
    expect(EvaluateOnExit.length).toBeLessThanOrEqual(5);
  });

  it.each(cases)('after "%s"', (_what, attempt, onSpot, onDemand) => {
    const expected = state === 'Train on a spot GPU' ? onSpot : onDemand;
    expect(decide(EvaluateOnExit, attempt)).toBe(expected);
  });
});
