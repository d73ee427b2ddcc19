import { describeFailure, describeQueueBlock, describeSuccess } from '../../lib/cloud/run-message';
import type { ExecutionEnd } from '../../lib/contracts/events';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { getJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { putFinishedRun } from './finished-run';

const source = { stackName: 'MnistPipeline', bucket: 'artifacts' };
const arn = 'arn:aws:states:eu-central-1:123456789012:execution:Pipeline:friday';
const ended = (end: Partial<ExecutionEnd>): ExecutionEnd => ({
  executionArn: arn,
  stateMachineArn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:Pipeline',
  name: 'friday',
  status: 'FAILED',
  ...end,
});
const cause = JSON.stringify({
  step: 'gate',
  reason: 'The test accuracy is 0.61, and minAccuracy asks for at least 0.98.',
  remedy: 'Train longer.',
});

test('the message of an accepted run has its accuracy, its cost and the address of its report', async () => {
  const store = new MemoryStore();
  await putFinishedRun(store, 'friday');
  const record = await getJson(store, objectKeys.runRecord('friday'), runRecordSchema);
  const { subject, body } = describeSuccess(record, source);
  expect(subject).toBe('MnistPipeline: run friday accepted, accuracy 0.9835');
  expect(body).toContain('0.9835 (165 of 10000 images wrong)');
  expect(body).toContain('0.0123 US dollars');
  expect(body).toContain('s3://artifacts/runs/friday/report.html');
  expect(describeSuccess({ ...record, costUsd: null }, source).body).not.toContain('Cost');
});

test('the message of a decision has its step, reason and remedy, and says that nothing is broken', () => {
  const { subject, body } = describeFailure(ended({ error: 'QualityGateFailed', cause }), source);
  expect(subject).toBe('MnistPipeline: run friday failed: QualityGateFailed');
  expect(body).toContain(
    'The run "friday" failed in the step "gate" with QualityGateFailed: The test accuracy is 0.61, and minAccuracy asks for at least 0.98. Train longer.',
  );
  expect(body).toContain('Nothing is broken, and no alarm is raised.');
  expect(body).toContain(arn);
});

test.each([
  [{ error: 'CorruptArtifact', cause }, 'failed in the step "gate" with CorruptArtifact'],
  [
    { error: 'TypeError', cause: JSON.stringify({ errorMessage: 'x is not a function', trace: [] }) },
    'with TypeError: x is not a function',
  ],
  [{ error: 'States.TaskFailed', cause: 'no JSON' }, 'with States.TaskFailed: no JSON'],
  [{ error: null, cause: null }, 'with no error name'],
  [{ status: 'TIMED_OUT' as const }, 'ran out of time'],
])('the message of a failure %j names the section of the runbook', (end, text) => {
  const { body } = describeFailure(ended(end), source);
  expect(body).toContain(text);
  expect(body).toContain('docs/runbook.md#executions-failed');
  expect(body).not.toContain('Nothing is broken');
});

test('the message of a stopped run says how to resume it', () => {
  const { subject, body } = describeFailure(ended({ status: 'ABORTED', cause: 'by Ann' }), source);
  expect(subject).toBe('MnistPipeline: run friday stopped');
  expect(body).toContain('was stopped: by Ann.');
  expect(body).toContain('mnist-pipeline redrive friday');
});

test("the message of a blocked queue names the waiting run and Batch's reason", () => {
  const block = {
    jobName: 'friday',
    jobQueue: 'arn:queue',
    statusReason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
  };
  const { subject, body } = describeQueueBlock(block, source);
  expect(subject).toBe('MnistPipeline: run friday waits: its queue is blocked');
  expect(body).toContain('CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY');
  expect(body).toContain('docs/runbook.md#queue-blocked');
});

test("a subject has at most 100 printable ASCII characters, whatever the error's name", () => {
  const { subject } = describeFailure(ended({ error: `Fehler\nü${'x'.repeat(200)}` }), source);
  expect(subject).toMatch(/^[ -~]{100}$/);
  expect(subject).toContain('Fehler??x');
});
