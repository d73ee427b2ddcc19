import { Match } from 'aws-cdk-lib/assertions';
import { permanentErrorNames, transientErrorNames } from '../../lib/contracts/errors';
import { lambdaStepNames } from '../../lib/contracts/steps';
import { synthesize } from './synthesize';
import { allStates, definitionOf } from './workflow-definition';

const synthesized = synthesize();
const definition = definitionOf(synthesized);
const states = allStates(definition);
const tasks = states.filter(([, { Type }]) => Type === 'Task');
const retriedErrors = states.flatMap(([, { Retry = [] }]) => Retry.flatMap(({ ErrorEquals }) => ErrorEquals));
const caughtErrors = states.flatMap(([, { Catch = [] }]) => Catch.flatMap(({ ErrorEquals }) => ErrorEquals));

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and each service's own errors. */
const documentedByAws = [
  'States.TaskFailed',
  'States.Timeout',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Batch.ServerException',
  'Batch.BatchException',
  'Batch.SdkClientException',
  'S3.S3Exception',
  'S3.SdkClientException',
];

describe('the state machine', () => {
  it('uses only JSONata, without any JSONPath field', () => {
    expect(definition.QueryLanguage).toBe('JSONata');
    const fields = states.flatMap(([, state]) => Object.keys(state));
    const jsonPathFields = [
      'InputPath',
      'OutputPath',
      'ResultPath',
      'Parameters',
      'ResultSelector',
      'ItemsPath',
    ];
    expect(fields.filter((field) => jsonPathFields.includes(field))).toEqual([]);
    const languages = states.map(([, { QueryLanguage = 'JSONata' }]) => QueryLanguage);
    expect(new Set(languages)).toEqual(new Set(['JSONata']));
  });

  it('is accepted by the ASL validator', () => {
    const validate = require('asl-validator') as (asl: unknown) => { isValid: boolean; errors: unknown[] };
    expect(validate(definition)).toMatchObject({ isValid: true, errors: [] });
  });

  it('has a timeout for every task and for itself', () => {
    expect(definition.TimeoutSeconds).toBeGreaterThan(0);
    expect(tasks.map(([name, { TimeoutSeconds }]) => [name, typeof TimeoutSeconds])).toEqual(
      tasks.map(([name]) => [name, 'number']),
    );
    const [trainings, readOutcome] = [3, 1];
    expect(tasks).toHaveLength(lambdaStepNames.length + trainings + readOutcome);
  });

  it('names only errors that the code throws or AWS documents', () => {
    const known = new Set<string>([...permanentErrorNames, ...transientErrorNames, ...documentedByAws]);
    expect([...retriedErrors, ...caughtErrors].filter((error) => !known.has(error))).toEqual([]);
  });

  it('retries transient errors in every Lambda step, and permanent ones in none', () => {
    const permanent = new Set<string>(permanentErrorNames);
    expect(retriedErrors.filter((error) => permanent.has(error))).toEqual([]);
    const lambdaTasks = tasks.filter(([, { Resource }]) => Resource?.endsWith(':lambda:invoke'));
    expect(lambdaTasks).toHaveLength(lambdaStepNames.length);
    for (const [, { Retry = [] }] of lambdaTasks) {
      const retried = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      expect(retried).toEqual(expect.arrayContaining([...transientErrorNames]));
    }
  });

  it('never retries or catches everything', () => {
    expect([...retriedErrors, ...caughtErrors]).not.toContain('States.ALL');
  });

  it('never retries a failed training job, because Batch has already retried it', () => {
    const trainings = tasks.filter(
      ([, { Resource }]) => Resource === 'arn:aws:states:::batch:submitJob.sync',
    );
    expect(trainings.map(([name]) => name).sort()).toEqual([
      'Train on Fargate',
      'Train on a GPU on demand',
      'Train on a spot GPU',
    ]);
    for (const [, { Retry = [] }] of trainings) {
      expect(Retry.flatMap(({ ErrorEquals }) => ErrorEquals)).not.toContain('States.TaskFailed');
    }
  });

  it('goes from failed spot training to on-demand, and has no catch after that', () => {
    const catchersOf = (name: string) => definition.States[name]!.Catch ?? [];
    expect(catchersOf('Train on a spot GPU')).toMatchObject([
      {
        ErrorEquals: ['States.TaskFailed', 'States.Timeout'],
        Next: 'Train on a GPU on demand',
        Output: '{% {} %}',
      },
    ]);
    expect(catchersOf('Train on a GPU on demand')).toEqual([]);
    expect(catchersOf('Train on Fargate')).toEqual([]);
  });

  it.each(['Train on Fargate', 'Train on a spot GPU', 'Train on a GPU on demand'])(
    '%s gives each attempt the time of the cost limit and a minute, and never more than the setting',
    async (name) => {
      const { Timeout, ContainerOverrides } = definition.States[name]!.Arguments as {
        Timeout: { AttemptDurationSeconds: string };
        ContainerOverrides: { Environment: unknown[] };
      };
      expect(Timeout.AttemptDurationSeconds).toBe(
        '{% $trainingSecondsLimit = 0 ? 7200 : $min([7200, $ceil($trainingSecondsLimit) + 60]) %}',
      );
      expect(ContainerOverrides.Environment).toContainEqual({
        Name: 'TRAINING_SECONDS_LIMIT',
        Value: '{% $string($trainingSecondsLimit) %}',
      });
    },
  );

  it('reads the parts from the plan in S3, and keeps none of them in the state', () => {
    const map = definition.States['Make the shards']!;
    expect(map).toMatchObject({
      Type: 'Map',
      MaxConcurrency: 40,
      Output: '{% {} %}',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON', ItemsPointer: '/parts' },
        Arguments: { Key: "{% 'datasets/' & $dataset & '/prepared/' & $contentKey & '/plan.json' %}" },
      },
    });
  });

  it('adds the seconds that the steps measured, without the time before a redrive', () => {
    const assigned = (name: string) =>
      (definition.States[name]!['Assign'] as Record<string, string>)['preprocessSeconds'];
    expect(assigned('Plan the preprocessing')).toBe('{% $states.result.Payload.seconds %}');
    expect(assigned('Make the shards')).toBe('{% $preprocessSeconds + $sum($states.result) %}');
    expect(assigned('Commit the dataset')).toBe('{% $preprocessSeconds + $states.result.Payload.seconds %}');
    const [, makeShard] = states.find(([name]) => name === 'Make the shards of a part')!;
    expect(makeShard['Output']).toBe('{% $states.result.Payload.seconds %}');
    expect(JSON.stringify(definition)).not.toMatch(/StartTime|EnteredTime|\$millis|\$now/);
  });

  it.each([
    [{}, 1.006],
    [{ gpuInstanceTypes: 'g5.2xlarge', gpuHourUsd: '1.212' }, 1.212],
  ])('with %j uses $%f for an hour of a GPU, for the limit and for run.json', (context, gpuHourUsd) => {
    const synthesizedHere = synthesize(context);
    const { Payload } = definitionOf(synthesizedHere).States['Evaluate the model']!.Arguments as {
      Payload: { input: object };
    };
    expect(Payload.input).toMatchObject({ gpuHourUsd });
    synthesizedHere.template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ GPU_HOUR_USD: String(gpuHourUsd) }) },
    });
  });

  it.each([
    ['Preprocessing failed', 'preprocess'],
    ['Training failed', 'train'],
    ['Evaluation failed', 'evaluate'],
    ['The model is below the threshold', 'gate'],
    ['Registration failed', 'register'],
  ])('%s contains its step, the reason and the remedy', (name, step) => {
    const { Type, Cause } = definition.States[name]!;
    expect(Type).toBe('Fail');
    expect(Cause).toContain(`'step': '${step}'`);
    expect(Cause).toContain("'reason': $substring(");
    expect(Cause).toContain(`docs/runbook.md#${name.toLowerCase().replaceAll(' ', '-')}`);
  });

  it('uses the name of the execution as the run id, unless the input has one', () => {
    expect(definition.States['Plan the preprocessing']!.Arguments).toMatchObject({
      Payload: {
        runId: '{% $exists($states.input.runId) ? $states.input.runId : $states.context.Execution.Name %}',
        input: '{% $states.input %}',
      },
    });
    const others = states.filter(([name]) => name !== 'Plan the preprocessing');
    expect(JSON.stringify(others)).not.toContain('$states.context.Execution.Name');
  });

  it.each([
    [{ computes: 'cpu' }, ['Train on Fargate']],
    [{ computes: 'gpu' }, ['Train on a GPU on demand', 'Train on a spot GPU']],
    [{ computes: 'gpu', spot: 'false' }, ['Train on a GPU on demand']],
    [{ computes: 'both', spot: 'false' }, ['Train on Fargate', 'Train on a GPU on demand']],
  ])('with %j has the trainings %j', (context, expected) => {
    const names = Object.keys(definitionOf(synthesize(context)).States);
    expect(names.filter((name) => name.startsWith('Train on')).sort()).toEqual(expected);
  });
});
