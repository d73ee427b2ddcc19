import { render, resourcesOf, synthesize } from './synthesize';
import { type AslState, allStates, definitionOf } from './workflow-definition';

const synthesized = synthesize();

interface Retries {
  readonly MaxAttempts?: number;
}
/** A state with all its retries, each to its end. */
const longest = ({ TimeoutSeconds = 0, Retry = [] }: AslState): number =>
  TimeoutSeconds *
  (1 + (Retry as readonly Retries[]).reduce((sum, { MaxAttempts = 0 }) => sum + MaxAttempts, 0));

describe.each([5, 120, 1440])('with trainingTimeoutMinutes=%d', (trainingTimeoutMinutes) => {
  const definition = definitionOf(synthesize({ trainingTimeoutMinutes }));
  const states = allStates(definition).filter(([, { Type }]) => Type === 'Task');
  const isTraining = ([name]: [string, AslState]) => name.startsWith('Train on');

  it('a training may wait half a day behind others, and then has the time of all its attempts', () => {
    for (const [, { TimeoutSeconds, Arguments }] of states.filter(isTraining)) {
      const { Attempts } = Arguments!['RetryStrategy'] as { Attempts: number };
      const attemptSeconds = trainingTimeoutMinutes * 60 + 30 * 60;
      expect(TimeoutSeconds).toBe(12 * 3600 + Attempts * attemptSeconds);
    }
  });

  it('the execution outlasts its states, one after the other', () => {
    // Fargate, or both kinds of GPU.
    const trainings = states.filter(isTraining).filter(([name]) => name !== 'Train on Fargate');
    const others = states.filter((state) => !isTraining(state));
    const seconds = [
      ...trainings.map(([, { TimeoutSeconds }]) => TimeoutSeconds!),
      ...others.map(([, state]) => longest(state)),
    ].reduce((sum, next) => sum + next, 0);
    expect(definition.TimeoutSeconds).toBeGreaterThan(seconds);
  });
});

describe('a job for which no machine comes', () => {
  const watch = definitionOf(synthesized, 'QueueWatch');
  const rules = resourcesOf(synthesized, 'AWS::Events::Rule').filter(([id]) => id.startsWith('QueueWatch'));

  it('is watched from the moment it waits, in every queue', () => {
    const queues = rules.map(([, { Properties }]) => {
      const { source, detail } = Properties['EventPattern'] as {
        source: string[];
        detail: { status: string[]; jobQueue: unknown[] };
      };
      expect([source, detail.status]).toEqual([['aws.batch'], ['RUNNABLE']]);
      return render(detail.jobQueue[0]);
    });
    const all = resourcesOf(synthesized, 'AWS::Batch::JobQueue').map(([id]) => `<${id}.JobQueueArn>`);
    expect(queues.sort()).toEqual(all.sort());
  });

  it('is given up within the hour, on spot and on demand together, with the quota’s name', () => {
    const inputs = rules.map(([, { Properties }]) => {
      const [{ InputTransformer }] = Properties['Targets'] as [
        { InputTransformer: { InputTemplate: unknown; InputPathsMap: Record<string, string> } },
      ];
      const filled = render(InputTransformer.InputTemplate)
        .replace('<detail-jobId>', '"job-1"')
        .replace('<detail-attempts>', '[]');
      return JSON.parse(filled) as { patienceSeconds: number; reason: string; jobQueue: string };
    });
    const gpu = inputs.filter(({ jobQueue }) => jobQueue.includes('Gpu'));
    expect(gpu.reduce((sum, { patienceSeconds }) => sum + patienceSeconds, 0)).toBeLessThanOrEqual(3000);
    expect(inputs.map(({ reason }) => reason).sort()).toEqual([
      expect.stringMatching(/within 10 minutes.*quota "All G and VT Spot Instance Requests" \(L-3819A6DF\)/),
      expect.stringMatching(
        /within 30 minutes.*quota "Fargate On-Demand vCPU resource count" \(L-3032A538\)/,
      ),
      expect.stringMatching(/within 30 minutes.*quota "Running On-Demand G and VT instances" \(L-DB2E81BA\)/),
    ]);
    for (const { reason } of inputs) expect(reason).toContain('docs/runbook.md#no-machine');
  });

  it('is asked for by its own attempt, and left alone while its queue moves', () => {
    expect(watch.StartAt).toBe('Wait for a machine');
    const conditionOf = (name: string) =>
      (watch.States[name]!['Choices'] as { Condition: string; Next: string }[]).map(({ Condition, Next }) => [
        Condition,
        Next,
      ]);
    expect(conditionOf('Does the job still wait?')).toEqual([
      [
        expect.stringMatching(/Status = 'RUNNABLE' and \$count.*Attempts\) = \$count/),
        'Count the jobs that start',
      ],
    ]);
    expect(conditionOf('Does its queue move?')).toEqual([
      [expect.stringMatching(/STARTING \+ .*RUNNING > 0/), 'Wait for a machine'],
    ]);
    expect(watch.States['Does its queue move?']!['Default']).toBe('Give up the job');
  });

  it('is terminated with a right that is bound to this stack’s jobs', () => {
    const statements = resourcesOf(synthesized, 'AWS::IAM::Policy')
      .filter(([id]) => id.startsWith('QueueWatchStateMachineRole'))
      .flatMap(
        ([, { Properties }]) =>
          (Properties['PolicyDocument'] as { Statement: { Action: unknown; Condition?: unknown }[] })
            .Statement,
      );
    expect(statements.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      ['batch:TerminateJob', { StringEquals: { 'aws:ResourceTag/mnist-pipeline-stack': 'MnistPipeline' } }],
      [['batch:DescribeJobs', 'batch:ListJobs'], undefined],
    ]);
  });
});

describe('the queues', () => {
  it('have Batch give up a job where it knows why no machine comes, for spot sooner', () => {
    const limits = resourcesOf(synthesized, 'AWS::Batch::JobQueue').map(([, { Properties }]) =>
      (Properties['JobStateTimeLimitActions'] as Record<string, unknown>[]).map((action) => [
        action['Reason'],
        action['MaxTimeSeconds'],
        action['State'],
        action['Action'],
      ]),
    );
    const patience = (seconds: number) => [
      ['CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY', seconds, 'RUNNABLE', 'CANCEL'],
      // These two can never fit, and say so at once.
      ['MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT', 600, 'RUNNABLE', 'CANCEL'],
      ['MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE', 600, 'RUNNABLE', 'CANCEL'],
    ];
    expect(limits).toHaveLength(3);
    expect(limits).toEqual(expect.arrayContaining([patience(600), patience(1800)]));
  });
});
