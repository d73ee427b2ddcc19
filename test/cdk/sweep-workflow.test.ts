import { executionFailureSchema, stepEventSchema } from '../../lib/contracts/execution';
import { executionInputSchema } from '../../lib/contracts/steps';
import { sweepInputSchema, sweepRoundSchema } from '../../lib/contracts/sweep-steps';
import { type ExpressionScope, evaluateFields, findExpressions } from '../support/jsonata-fields';
import { synthesize } from './synthesize';
import { type AslState, allStates, definitionOf } from './workflow-definition';

const synthesized = synthesize();
const definition = definitionOf(synthesized, 'Sweeps');
const training = definitionOf(synthesized);
const states = new Map(allStates(definition));
const evaluated = new Set<string>();

const executionOf = (Name: string, Input: unknown, RedriveCount = 0) => ({
  Execution: { Name, Input, RedriveCount },
});
const variables = { sweepId: 'digits', round: 2, maxParallel: 10, toleratedFailures: 3 };

/** The fields that the tests look into. */
interface Evaluated extends Record<string, unknown> {
  readonly Assign: Record<string, unknown>;
  readonly Arguments: { readonly Payload?: unknown };
  readonly Choices: readonly Record<string, unknown>[];
  readonly Catch: readonly { readonly Output: unknown; readonly Next: string }[];
}

async function evaluate(
  name: string,
  fields: readonly (keyof AslState)[],
  scope: Partial<ExpressionScope['states']> & { variables?: object } = {},
) {
  const state = states.get(name)!;
  const { variables: given = variables, ...given_ } = scope;
  const chosen = Object.fromEntries(fields.map((field) => [field, state[field]]));
  for (const place of findExpressions(chosen).keys()) evaluated.add(`${name}: ${place}`);
  const whole = {
    states: { input: {}, context: executionOf('digits', {}), ...given_ },
    variables: given as Record<string, unknown>,
  };
  return (await evaluateFields(chosen, whole)) as Evaluated;
}

describe('the state machine of sweeps', () => {
  it('uses only JSONata, is accepted by the ASL validator, and has a timeout for itself and every task', () => {
    const validate = require('asl-validator') as (asl: unknown) => { isValid: boolean; errors: unknown[] };
    // The validator knows no expression in place of this number.
    const asl = JSON.parse(JSON.stringify(definition), (key, value) =>
      key === 'ToleratedFailureCount' ? 0 : value,
    );
    expect(validate(asl)).toMatchObject({ isValid: true, errors: [] });
    expect(definition).toMatchObject({ QueryLanguage: 'JSONata', TimeoutSeconds: 90 * 86_400 });
    const tasks = [...states].filter(([, { Type }]) => Type === 'Task');
    expect(tasks.map(([name]) => name)).toEqual(['Decide what is next', 'Run a job']);
    for (const [, { TimeoutSeconds }] of tasks) expect(TimeoutSeconds).toBeGreaterThan(0);
  });

  it('waits longer for a training than the training takes, and never starts it again by itself', () => {
    const { TimeoutSeconds, Retry = [], Catch } = states.get('Run a job')!;
    expect(TimeoutSeconds).toBe(training.TimeoutSeconds + 300);
    expect(Retry.flatMap(({ ErrorEquals }) => ErrorEquals)).toEqual([
      'StepFunctions.ExecutionLimitExceeded',
      'StepFunctions.SdkClientException',
    ]);
    expect(Catch).toBeUndefined();
  });

  it('has no catch for a round with too many failures, so that a redrive runs these again', () => {
    expect(states.get('Run the jobs of the round')).toMatchObject({
      MaxConcurrency: '{% $maxParallel %}',
      ToleratedFailureCount: '{% $toleratedFailures %}',
      Next: 'Decide what is next',
    });
    expect(states.get('Run the jobs of the round')!.Catch).toBeUndefined();
  });

  it('reads the jobs from S3', async () => {
    const { ItemReader } = await evaluate('Run the jobs of the round', ['ItemReader']);
    expect(ItemReader).toMatchObject({
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSON', ItemsPointer: '/jobs' },
      Arguments: { Key: 'sweeps/digits/rounds/2.json' },
    });
    const map = await evaluate('Run the jobs of the round', [
      'MaxConcurrency',
      'ToleratedFailureCount',
      'Output',
    ]);
    expect(map).toEqual({ MaxConcurrency: 10, ToleratedFailureCount: 3, Output: {} });
  });
});

describe('its expressions', () => {
  it.each([
    [{}, 'digits'],
    [{ sweepId: 'digits', compute: 'gpu' }, 'digits'],
  ])('with the input %j the sweep is %s', async (input, sweepId) => {
    const name = 'sweepId' in input ? 'digits-2' : 'digits';
    const context = executionOf(name, input);
    const start = await evaluate('Start the sweep', ['Assign', 'Output'], { input, context });
    expect(start).toEqual({ Assign: { sweepId, round: 0 }, Output: {} });
    const scope = { context, variables: { ...variables, ...start.Assign } };
    const { Arguments } = await evaluate('Decide what is next', ['Arguments'], scope);
    const event = stepEventSchema.parse(Arguments.Payload);
    expect(event).toEqual({ runId: sweepId, input: { start: input, endedRound: 0 } });
    expect(() => sweepInputSchema.parse(event.input)).not.toThrow();
  });

  it('the decision: its variables, and counts as the state', async () => {
    const Payload = { round: 3, jobCount: 4, maxParallel: 2, toleratedFailures: 1 };
    const { Assign, Output } = await evaluate('Decide what is next', ['Assign', 'Output'], {
      result: { Payload },
    });
    expect(Assign).toEqual({ round: 3, maxParallel: 2, toleratedFailures: 1 });
    expect(Output).toEqual(Payload);
    for (const [jobCount, isOver] of [
      [4, false],
      [0, true],
    ]) {
      const { Choices } = await evaluate('Is the sweep over?', ['Choices'], {
        input: { ...Payload, jobCount },
      });
      expect(Choices[0]).toMatchObject({ Condition: isOver, Next: 'The sweep is finished' });
    }
  });

  it('a job: an execution of the training, with a name for each item and each redrive of it', async () => {
    const input = { runId: 'digits-7', epochs: 27, pauseAfterEpoch: 9, compute: 'cpu', costLimitUsd: 0.5 };
    const item = { trial: 7, name: 'digits-7', input };
    const round = { schemaVersion: 1, sweepId: 'digits', round: 2, jobs: [item] };
    expect(() => sweepRoundSchema.parse(round)).not.toThrow();
    const context = executionOf('7c9e6679-7425-40de-944b-e07fc1f90ae7', item, 1);
    const { Arguments, Output } = await evaluate('Run a job', ['Arguments', 'Output'], {
      input: item,
      context,
    });
    expect(Arguments).toMatchObject({ Name: 'digits-7-7c9e6679-1', Input: input });
    expect(Output).toEqual({});
    expect(() => executionInputSchema.parse(input)).not.toThrow();
  });

  it('a failure has its step, the reason and the remedy', async () => {
    const errorOutput = {
      Error: 'InvalidInput',
      Cause: JSON.stringify({ errorMessage: 'It has no trial.' }),
    };
    const { Catch } = await evaluate('Decide what is next', ['Catch'], { errorOutput });
    const { Output: input, Next } = Catch[0]!;
    expect(Next).toBe('The sweep failed');
    const { Error: error, Cause } = await evaluate('The sweep failed', ['Error', 'Cause'], { input });
    expect(error).toBe('InvalidInput');
    const failure = executionFailureSchema.parse(JSON.parse(String(Cause)));
    expect(failure).toMatchObject({ step: 'sweep', reason: 'It has no trial.' });
    expect(failure.remedy).toContain('docs/runbook.md#the-sweep-failed');
  });

  it('are all evaluated by the tests above', () => {
    const all = [...states].flatMap(([name, state]) =>
      [...findExpressions(state).keys()].map((place) => `${name}: ${place}`),
    );
    expect(all.length).toBeGreaterThan(15);
    expect(all.filter((expression) => !evaluated.has(expression))).toEqual([]);
  });
});
