import { partSchema } from '../../lib/contracts/dataset';
import { trainRunEnvSchema } from '../../lib/contracts/env';
import { executionFailureSchema, stepEventSchema } from '../../lib/contracts/execution';
import {
  commitInputSchema,
  evaluateInputSchema,
  executionInputSchema,
  registerInputSchema,
} from '../../lib/contracts/steps';
import { type ExpressionScope, evaluateFields, findExpressions } from '../support/jsonata-fields';
import * as recorded from './recorded-run';
import { synthesize } from './synthesize';
import { type AslState, allStates, definitionOf } from './workflow-definition';

const states = new Map(allStates(definitionOf(synthesize({ computes: 'cpu,gpu' }))));
const { runId, plan, context } = recorded;
const planned = {
  runId: plan.runId,
  dataset: plan.dataset,
  contentKey: plan.contentKey,
  compute: plan.compute,
  trainingSecondsLimit: plan.trainingSecondsLimit,
  pauseAfterEpoch: plan.pauseAfterEpoch,
  preprocessSeconds: plan.seconds,
};
const pointer = { dataset: plan.dataset, contentKey: plan.contentKey };
const evaluatedExpressions = new Set<string>();

type Given = Partial<ExpressionScope['states']> & { readonly variables?: Readonly<Record<string, unknown>> };

/** Evaluates the given fields of a state, and records their expressions in `evaluatedExpressions`. */
async function evaluate(name: string, fields: readonly (keyof AslState)[], given: Given = {}) {
  const state = states.get(name)!;
  const { variables = planned, ...states_ } = given;
  const scope = { states: { input: {}, context, ...states_ }, variables };
  const chosen = Object.fromEntries(fields.map((field) => [field, state[field]]));
  for (const place of findExpressions(chosen).keys()) evaluatedExpressions.add(`${name}: ${place}`);
  return (await evaluateFields(chosen, scope)) as Record<string, unknown>;
}

/** The event that a function receives, parsed. */
async function payloadOf(name: string, given?: Given) {
  const { Arguments } = (await evaluate(name, ['Arguments'], given)) as { Arguments: { Payload: unknown } };
  return stepEventSchema.parse(Arguments.Payload);
}

describe('each function gets the run id and an input that it accepts', () => {
  it('Plan the preprocessing', async () => {
    const event = await payloadOf('Plan the preprocessing', { input: recorded.input });
    expect(event).toEqual({ runId, input: recorded.input });
    expect(() => executionInputSchema.parse(event.input)).not.toThrow();
  });

  it('Plan the preprocessing, with a run id that is not the name of the execution', async () => {
    const input = { ...recorded.input, runId: 'sweep-3', pauseAfterEpoch: 1 };
    const event = await payloadOf('Plan the preprocessing', { input });
    expect(event).toEqual({ runId: 'sweep-3', input });
    expect(() => executionInputSchema.parse(event.input)).not.toThrow();
  });

  it('Make the shards of a part, which is a separate execution and gets the run id from the map', async () => {
    const item = { Index: 0, Value: recorded.part };
    const { ItemSelector } = await evaluate('Make the shards', ['ItemSelector'], {
      context: { ...context, Map: { Item: item } },
    });
    const event = await payloadOf('Make the shards of a part', {
      input: ItemSelector,
      context: recorded.childContext,
      variables: {},
    });
    expect(event).toEqual({ runId, input: recorded.part });
    expect(() => partSchema.parse(event.input)).not.toThrow();
  });

  it('Commit the dataset', async () => {
    const event = await payloadOf('Commit the dataset');
    expect(event).toEqual({ runId, input: pointer });
    expect(() => commitInputSchema.parse(event.input)).not.toThrow();
  });

  it('Evaluate the model', async () => {
    const event = await payloadOf('Evaluate the model', { input: recorded.outcome });
    expect(event).toEqual({
      runId,
      input: {
        runId,
        ...pointer,
        phases: [
          { name: 'preprocess', seconds: 0.75 },
          { name: 'train', seconds: 1.75 },
        ],
        gpuHourUsd: 1.006,
      },
    });
    expect(() => evaluateInputSchema.parse(event.input)).not.toThrow();
  });

  it('Register the model', async () => {
    const event = await payloadOf('Register the model', { input: recorded.evaluated });
    expect(event).toEqual({ runId, input: { runId } });
    expect(() => registerInputSchema.parse(event.input)).not.toThrow();
  });
});

describe('the output of a state', () => {
  it.each([
    ['Plan the preprocessing', plan, planned],
    ['Commit the dataset', recorded.committed, { preprocessSeconds: 1.25 }],
    ['Evaluate the model', recorded.evaluated, undefined],
    ['Register the model', recorded.registered, undefined],
  ])('%s: the result of its function, and its variables', async (name, payload, variables) => {
    const given = { result: recorded.answer(payload) };
    const { Output, Assign } = await evaluate(name, ['Output', 'Assign'], given);
    expect({ Output, Assign }).toEqual({ Output: payload, Assign: variables });
  });

  it('Make the shards of a part: its seconds; Make the shards: only the sum of these', async () => {
    const result = recorded.answer(recorded.shardResult);
    expect(await evaluate('Make the shards of a part', ['Output'], { result, variables: {} })).toEqual({
      Output: 0.25,
    });
    expect(
      await evaluate('Make the shards', ['Output', 'Assign'], { result: recorded.shardSeconds }),
    ).toEqual({ Output: {}, Assign: { preprocessSeconds: 1.125 } });
  });

  it.each(['Train on Fargate', 'Train on a spot GPU', 'Train on a GPU on demand'])(
    '%s: nothing',
    async (name) => {
      expect(await evaluate(name, ['Output'])).toEqual({ Output: {} });
    },
  );

  it('Read how the training ended: the outcome', async () => {
    const result = { Body: JSON.stringify(recorded.outcome) };
    expect(await evaluate('Read how the training ended', ['Output'], { result })).toEqual({
      Output: recorded.outcome,
    });
  });

  it.each(['Plan the preprocessing', 'Commit the dataset', 'Evaluate the model', 'Register the model'])(
    '%s, when its function throws: the name and the message',
    async (name) => {
      const errorOutput = recorded.thrown('InvalidDataset', 'x'.repeat(2000));
      const { Catch } = (await evaluate(name, ['Catch'], { errorOutput })) as {
        Catch: { Output: unknown }[];
      };
      expect(Catch.map(({ Output }) => Output)).toEqual([
        { error: 'InvalidDataset', message: 'x'.repeat(1500) },
      ]);
    },
  );

  it('Train on a spot GPU, when its job fails: nothing', async () => {
    const errorOutput = { Error: 'States.TaskFailed', Cause: '{"JobId":"1"}' };
    const { Catch } = (await evaluate('Train on a spot GPU', ['Catch'], { errorOutput })) as {
      Catch: { Output: unknown }[];
    };
    expect(Catch.map(({ Output }) => Output)).toEqual([{}]);
  });
});

describe('the keys of objects', () => {
  it('reads the plan of this dataset', async () => {
    const { ItemReader } = await evaluate('Make the shards', ['ItemReader']);
    expect(ItemReader).toMatchObject({
      Arguments: { Key: `datasets/tiny/prepared/${plan.contentKey}/plan.json` },
    });
  });

  it('reads the outcome of this run', async () => {
    const { Arguments } = await evaluate('Read how the training ended', ['Arguments']);
    expect(Arguments).toMatchObject({ Key: 'runs/own-1/training-outcome.json' });
  });
});

describe.each(['Train on Fargate', 'Train on a spot GPU', 'Train on a GPU on demand'])('%s', (name) => {
  it.each([
    [0, 7200],
    [12.345, 73],
    [3600, 3660],
    [1_000_000, 7200],
  ])('with a limit of %p s allows an attempt %i whole seconds', async (trainingSecondsLimit, seconds) => {
    const variables = { ...planned, trainingSecondsLimit };
    const { Arguments } = (await evaluate(name, ['Arguments'], { variables })) as {
      Arguments: {
        JobName: string;
        Timeout: { AttemptDurationSeconds: number };
        ContainerOverrides: { Environment: { Name: string; Value: string }[] };
      };
    };
    expect(Arguments.JobName).toBe(runId);
    // Batch accepts whole seconds, at least 60.
    expect(Arguments.Timeout.AttemptDurationSeconds).toBe(seconds);
    const environment = Object.fromEntries(
      Arguments.ContainerOverrides.Environment.map(({ Name, Value }) => [Name, Value]),
    );
    expect(trainRunEnvSchema.parse(environment)).toEqual({
      RUN_ID: runId,
      DATASET: 'tiny',
      CONTENT_KEY: plan.contentKey,
      TRAINING_SECONDS_LIMIT: trainingSecondsLimit,
      PAUSE_AFTER_EPOCH: 0,
    });
  });
});

describe('decisions', () => {
  it.each([
    ['Which compute trains?', { variables: { ...planned, compute: 'gpu' } }, true],
    ['Which compute trains?', {}, false],
    ['Is the model good enough?', { input: recorded.evaluated }, true],
    ['Is the model good enough?', { input: { ...recorded.evaluated, isAccepted: false } }, false],
  ])('%s %j: %p', async (name, given, expected) => {
    const { Choices } = (await evaluate(name, ['Choices'], given as Given)) as {
      Choices: { Condition: unknown }[];
    };
    expect(Choices.map(({ Condition }) => Condition)).toEqual([expected]);
  });

  it.each([
    [{ isFinished: true }, [true, false]],
    [{ isPrepared: true }, [false, true]],
    [{}, [false, false]],
  ])('of a run that is finished already, or has its shards: %j', async (changes, expected) => {
    const { Choices } = (await evaluate('Are the shards ready?', ['Choices'], {
      input: { ...plan, ...changes },
    })) as { Choices: { Condition: unknown; Next: string }[] };
    expect(Choices.map(({ Condition }) => Condition)).toEqual(expected);
    expect(Choices[0]!.Next).toBe('The run is finished already');
  });

  it.each([
    [recorded.outcome, ['Evaluate the model']],
    [recorded.pausedOutcome, ['The training is paused']],
    [recorded.failedOutcome, []],
  ])('Did the training succeed? %j: %j', async (input, expected) => {
    const { Choices } = (await evaluate('Did the training succeed?', ['Choices'], { input })) as {
      Choices: { Condition: unknown; Next: string }[];
    };
    expect(Choices.filter(({ Condition }) => Condition).map(({ Next }) => Next)).toEqual(expected);
  });
});

describe('a failure has its step, the reason and the remedy', () => {
  const caught = { error: 'InvalidDataset', message: 'The labels are missing.' };
  const refused = { ...recorded.evaluated, accuracy: 0.4, isAccepted: false };
  it.each([
    ['Preprocessing failed', 'preprocess', caught, 'InvalidDataset', 'The labels are missing.'],
    ['Training failed', 'train', recorded.failedOutcome, 'TrainingDiverged', recorded.failedOutcome.message],
    ['Evaluation failed', 'evaluate', caught, 'InvalidDataset', 'The labels are missing.'],
    ['The model is below the threshold', 'gate', refused, 'QualityGateFailed', 'The accuracy is 0.4, '],
    ['Registration failed', 'register', caught, 'InvalidDataset', 'The labels are missing.'],
  ])('%s', async (name, step, input, error, reason) => {
    const { Error: errorName, Cause } = await evaluate(name, ['Error', 'Cause'], { input });
    expect(errorName).toBe(error);
    const failure = executionFailureSchema.parse(JSON.parse(String(Cause)));
    expect(failure).toMatchObject({ step, reason: expect.stringContaining(reason) });
    expect(failure.remedy).toMatch(/See docs\/runbook\.md#/);
  });
});

test('the tests above evaluate every expression of the definition', () => {
  const all = [...states].flatMap(([name, state]) =>
    [...findExpressions(state).keys()].map((place) => `${name}: ${place}`),
  );
  expect(all.length).toBeGreaterThan(60);
  expect(all.filter((expression) => !evaluatedExpressions.has(expression))).toEqual([]);
});

test.each([
  ['$states.input.absent', 'has no value'],
  ["$eval('1')", 'Step Functions has no $eval'],
  // Not supported by JSONata 2.0.6.
  ['$states.input.absent ?? 1', 'cannot be used as a unary operator'],
  ['dataset', 'has no value'],
])('an expression that Step Functions would refuse fails here: %s', async (expression, message) => {
  const scope = { states: { input: {}, context }, variables: planned };
  await expect(evaluateFields(`{% ${expression} %}`, scope)).rejects.toMatchObject({
    message: expect.stringContaining(message),
  });
});
