import { partSchema } from '../../lib/contracts/dataset';
import { trainEnvSchema } from '../../lib/contracts/env';
import { stepEventSchema } from '../../lib/contracts/execution';
import {
  commitInputSchema,
  evaluateInputSchema,
  executionInputSchema,
  registerInputSchema,
} from '../../lib/contracts/steps';
import * as recorded from './recorded-run';

/**
 * Inputs from state machines of earlier deployments. A run that was started before a deployment, or is redriven within
 * two weeks, sends them to the current functions and image (docs/decisions/0011). Add each new form here; remove an old
 * form two weeks after the last deployment that sends it.
 */
const dataset = { dataset: 'mnist', contentKey: '0'.repeat(64) };

test.each([
  ['plan', executionInputSchema, {}],
  ['plan', executionInputSchema, { epochs: 2, compute: 'cpu', maxCostUsd: 1 }],
  ['commit', commitInputSchema, dataset],
  [
    'evaluate',
    evaluateInputSchema,
    {
      runId: 'friday',
      ...dataset,
      phases: [
        { name: 'preprocess', seconds: 12.5 },
        { name: 'train', seconds: 60 },
      ],
    },
  ],
  ['shard', partSchema, recorded.part],
  ['register', registerInputSchema, { runId: 'friday' }],
])('%s still accepts the input of an older state machine', (_step, schema, input) => {
  const event = stepEventSchema.parse({ runId: 'friday', input });
  expect(schema.safeParse(event.input)).toMatchObject({ success: true });
});

test('the container still accepts the environment of an older state machine', () => {
  const environment = {
    ARTIFACT_BUCKET: 'artifacts',
    COMPUTE: 'cpu',
    RUN_ID: 'friday',
    DATASET: dataset.dataset,
    CONTENT_KEY: dataset.contentKey,
    TRAINING_SECONDS_LIMIT: '0',
  };
  expect(trainEnvSchema.safeParse(environment)).toMatchObject({ success: true });
});
