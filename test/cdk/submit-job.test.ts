import { BatchClient, SubmitJobCommand, type SubmitJobCommandInput } from '@aws-sdk/client-batch';
import type { SubmitJobArguments } from '../../cdk/constructs/submit-job-arguments';
import { evaluateFields } from '../support/jsonata-fields';
import { context } from './recorded-run';
import { synthesize } from './synthesize';
import { allStates, definitionOf } from './workflow-definition';

const trainings = allStates(definitionOf(synthesize({ computes: 'cpu,gpu' }))).filter(([, { Resource }]) =>
  Resource?.includes(':batch:submitJob'),
);

/** Members whose keys are chosen by the caller. */
const opaque = new Set(['tags', 'parameters']);

/** `Arguments` as the members of the service's request. */
function toRequest(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toRequest);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    const member = `${key[0]!.toLowerCase()}${key.slice(1)}`;
    return [member, opaque.has(member) ? inner : toRequest(inner)];
  });
  return Object.fromEntries(entries);
}

/** The request as the SDK serializes it, without members that the service does not have. */
async function serialize(request: SubmitJobCommandInput): Promise<unknown> {
  let body: unknown;
  const client = new BatchClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      handle: async (sent: { body: Uint8Array }) => {
        body = JSON.parse(new TextDecoder().decode(sent.body));
        throw new Error('nothing is sent');
      },
    },
    maxAttempts: 1,
  });
  await expect(client.send(new SubmitJobCommand(request))).rejects.toThrow('nothing is sent');
  return body;
}

test('there are three trainings', () => {
  expect(trainings).toHaveLength(3);
});

test.each(trainings)('%s sends Batch no member that SubmitJob does not have', async (_name, state) => {
  const variables = {
    ...{ runId: 'tiny-1', dataset: 'tiny', contentKey: '9b2c6d4f0a1e' },
    ...{ trainingSecondsLimit: 0, pauseAfterEpoch: 0 },
  };
  const evaluated = await evaluateFields(state.Arguments, { states: { input: {}, context }, variables });
  const request = toRequest(evaluated) as SubmitJobCommandInput;
  expect(await serialize(request)).toEqual(request);
});

test('a misspelled member would be left out', async () => {
  const request = { jobName: 'a', jobQueue: 'b', jobDefinition: 'c', retryStrategie: { attempts: 1 } };
  expect(await serialize(request)).toEqual({ jobName: 'a', jobQueue: 'b', jobDefinition: 'c' });
});

// Checked by tsc, for which a missing expected error is an error.
test('the types refuse a misspelled member, a missing one, and a number as text', () => {
  const whole = { JobName: 'a', JobQueue: 'b', JobDefinition: 'c' } satisfies SubmitJobArguments;
  const wrong: SubmitJobArguments[] = [
    // @ts-expect-error: Batch has no such member.
    { ...whole, RetryStrategie: { Attempts: 1 } },
    // @ts-expect-error: The job definition is missing.
    { JobName: 'a', JobQueue: 'b' },
    // @ts-expect-error: A number, or an expression.
    { ...whole, RetryStrategy: { Attempts: '1' } },
  ];
  expect(wrong).toHaveLength(3);
});
