import { evaluateFields, findExpressions } from '../support/jsonata-fields';
import { render, resourcesOf, synthesize } from './synthesize';
import { type AslState, allStates, definitionOf } from './workflow-definition';

const synthesized = synthesize();

interface Retries {
  readonly MaxAttempts?: number;
}
/** The longest duration of a state, with all its retries. */
const longestSeconds = ({ TimeoutSeconds = 0, Retry = [] }: AslState): number =>
  TimeoutSeconds *
  (1 + (Retry as readonly Retries[]).reduce((sum, { MaxAttempts = 0 }) => sum + MaxAttempts, 0));

describe.each([5, 120, 1440])('with trainingTimeoutMinutes=%d', (trainingTimeoutMinutes) => {
  const definition = definitionOf(synthesize({ trainingTimeoutMinutes }));
  const states = allStates(definition).filter(([, { Type }]) => Type === 'Task');
  const isTraining = ([name]: [string, AslState]) => name.startsWith('Train on');

  it('a training may wait half a day behind others, and also has the time for all its attempts', () => {
    for (const [, { TimeoutSeconds, Arguments }] of states.filter(isTraining)) {
      const { Attempts } = Arguments!['RetryStrategy'] as { Attempts: number };
      const attemptSeconds = trainingTimeoutMinutes * 60 + 30 * 60;
      expect(TimeoutSeconds).toBe(12 * 3600 + Attempts * attemptSeconds);
    }
  });

  it('the timeout of the execution is longer than those of its states together', () => {
    // An execution trains on Fargate, or on both kinds of GPU.
    const trainings = states.filter(isTraining).filter(([name]) => name !== 'Train on Fargate');
    const others = states.filter((state) => !isTraining(state));
    const seconds = [
      ...trainings.map(([, { TimeoutSeconds }]) => TimeoutSeconds!),
      ...others.map(([, state]) => longestSeconds(state)),
    ].reduce((sum, next) => sum + next, 0);
    expect(definition.TimeoutSeconds).toBeGreaterThan(seconds);
  });
});

describe('a job that gets no machine', () => {
  const watch = definitionOf(synthesized, 'QueueWatch');
  const rules = resourcesOf(synthesized, 'AWS::Events::Rule').filter(([id]) => id.startsWith('QueueWatch'));

  it('is watched from when it starts to wait, in every queue', () => {
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

  it('is terminated within an hour, spot and on demand together, with the name of the quota', () => {
    const inputs = rules.map(([, { Properties }]) => {
      const [{ InputTransformer }] = Properties['Targets'] as [
        { InputTransformer: { InputTemplate: unknown; InputPathsMap: Record<string, string> } },
      ];
      const filled = render(InputTransformer.InputTemplate)
        .replace('<detail-jobId>', '"job-1"')
        .replace('<detail-attempts>', '[]');
      return JSON.parse(filled) as { capacityTimeoutSeconds: number; reason: string; jobQueue: string };
    });
    const gpu = inputs.filter(({ jobQueue }) => jobQueue.includes('Gpu'));
    expect(
      gpu.reduce((sum, { capacityTimeoutSeconds }) => sum + capacityTimeoutSeconds, 0),
    ).toBeLessThanOrEqual(3000);
    expect(inputs.map(({ reason }) => reason).sort()).toEqual([
      expect.stringMatching(/within 10 minutes.*quota "All G and VT Spot Instance Requests" \(L-3819A6DF\)/),
      expect.stringMatching(
        /within 30 minutes.*quota "Fargate On-Demand vCPU resource count" \(L-3032A538\)/,
      ),
      expect.stringMatching(/within 30 minutes.*quota "Running On-Demand G and VT instances" \(L-DB2E81BA\)/),
    ]);
    for (const { reason } of inputs) expect(reason).toContain('docs/runbook.md#no-machine');
  });

  /**
   * Runs the queue watch.
   *
   * @param answers - Batch's results for each action, in order.
   */
  async function run(attemptsAtStart: object[], answers: Record<string, object[]>) {
    let input: unknown = {
      jobId: 'job-1',
      jobQueue: 'queue',
      attempts: attemptsAtStart,
      capacityTimeoutSeconds: 600,
      reason: 'No machine',
    };
    const entered: string[] = [];
    const calls: unknown[] = [];
    for (let name: string | undefined = watch.StartAt; name !== undefined; ) {
      entered.push(name);
      const state: AslState = watch.States[name]!;
      const evaluate = (value: unknown, result?: unknown) =>
        evaluateFields(value, { states: { input, context: {}, result }, variables: {} });
      if (state.Type === 'Wait') expect(await evaluate(state['Seconds'])).toBe(600);
      if (state.Type === 'Task') {
        const action = state.Resource!.split(':').at(-1)!;
        const request = await evaluate(state.Arguments);
        calls.push({ action, request });
        input = await evaluate(state['Output'], answers[action]!.shift());
      }
      name = state.Next ?? (state['Default'] as string | undefined);
      for (const choice of (state['Choices'] ?? []) as { Condition: string; Next: string }[])
        if (await evaluate(choice.Condition)) name = choice.Next;
    }
    return {
      last: entered.at(-1),
      waits: entered.filter((name) => name === 'Wait for a machine').length,
      calls,
    };
  }

  const runnable = (...Attempts: object[]) => ({ Jobs: [{ Status: 'RUNNABLE', Attempts }] });
  const none = { JobSummaryList: [] };
  const one = { JobSummaryList: [{ JobId: 'another' }] };
  const terminateCall = { action: 'terminateJob', request: { JobId: 'job-1', Reason: 'No machine' } };

  it.each([
    { what: 'waits alone', before: [], job: runnable() },
    { what: 'waits alone after an attempt', before: [{}], job: runnable({}) },
  ])('is terminated if it $what', async ({ before, job }) => {
    const { last, waits, calls } = await run(before, {
      describeJobs: [job],
      listJobs: [none, none],
      terminateJob: [{}],
    });
    expect([last, waits]).toEqual(['The job is terminated', 1]);
    expect(calls.at(-1)).toEqual(terminateCall);
    expect(calls.slice(1, 3)).toEqual(
      ['STARTING', 'RUNNING'].map((JobStatus) => ({
        action: 'listJobs',
        request: { JobQueue: 'queue', JobStatus },
      })),
    );
  });

  it.each([
    { what: 'has started', job: { Jobs: [{ Status: 'STARTING', Attempts: [] }] } },
    { what: 'has ended', job: { Jobs: [{ Status: 'SUCCEEDED', Attempts: [{}] }] } },
    { what: 'waits for another attempt, which is watched separately', job: runnable({}) },
    { what: 'is unknown to Batch', job: { Jobs: [] } },
  ])('is not terminated if it $what', async ({ job }) => {
    const { last, calls } = await run([], { describeJobs: [job] });
    expect(last).toBe('There is nothing to terminate');
    expect(calls).toHaveLength(1);
  });

  it.each([
    { what: 'starts', lists: [one, none] },
    { what: 'runs', lists: [none, one] },
  ])(
    'continues to wait while another job of its queue $what, and is terminated afterwards',
    async ({ lists }) => {
      const { last, waits, calls } = await run([], {
        describeJobs: [runnable(), runnable()],
        listJobs: [...lists, none, none],
        terminateJob: [{}],
      });
      expect([last, waits]).toEqual(['The job is terminated', 2]);
      expect(calls.at(-1)).toEqual(terminateCall);
    },
  );

  it('is watched only by expressions that are evaluated above', () => {
    const fields = allStates(watch).flatMap(([, state]) => [...findExpressions(state).keys()]);
    const evaluated = /^(Seconds|Arguments\..+|Output(\..+)?|Choices\.\d+\.Condition)$/;
    expect(fields.length).toBeGreaterThan(5);
    expect(fields.filter((field) => !evaluated.test(field))).toEqual([]);
  });

  it('is terminated with a right that is limited to jobs of this stack', () => {
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
  it('have Batch cancel a job if it knows why there is no machine, for spot sooner', () => {
    const limits = resourcesOf(synthesized, 'AWS::Batch::JobQueue').map(([, { Properties }]) =>
      (Properties['JobStateTimeLimitActions'] as Record<string, unknown>[]).map((action) => [
        action['Reason'],
        action['MaxTimeSeconds'],
        action['State'],
        action['Action'],
      ]),
    );
    const limitsWith = (seconds: number) => [
      ['CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY', seconds, 'RUNNABLE', 'CANCEL'],
      // A job that can never fit.
      ['MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT', 600, 'RUNNABLE', 'CANCEL'],
      ['MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE', 600, 'RUNNABLE', 'CANCEL'],
    ];
    expect(limits).toHaveLength(3);
    expect(limits).toEqual(expect.arrayContaining([limitsWith(600), limitsWith(1800)]));
  });
});
