import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findStack } from '../../lib/cloud/find-stack';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const arn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Workflow';
const outputs = { StateMachineArn: arn, BucketName: 'artifact-bucket' };
const write = (text: string) => {
  const path = join(folder, 'outputs.json');
  writeFileSync(path, text);
  return { MNIST_PIPELINE_OUTPUTS: path };
};
const location = {
  stateMachineArn: arn,
  bucketName: 'artifact-bucket',
  region: 'eu-central-1',
  account: '123456789012',
};

test('finds the stack in the outputs of its deployment, and the region in its ARN', async () => {
  const env = write(JSON.stringify({ MnistPipeline: outputs, Other: {} }));
  expect(await findStack(undefined, env)).toEqual({ name: 'MnistPipeline', ...location });
});

test('a given name overrides the environment, which overrides the default', async () => {
  const env = write(JSON.stringify({ Given: outputs, Env: outputs }));
  expect(await findStack('Given', { ...env, MNIST_PIPELINE_STACK: 'Env' })).toMatchObject({ name: 'Given' });
  expect(await findStack(undefined, { ...env, MNIST_PIPELINE_STACK: 'Env' })).toMatchObject({ name: 'Env' });
});

test('no file is read if the environment has everything', async () => {
  const env = {
    MNIST_PIPELINE_OUTPUTS: join(folder, 'absent.json'),
    MNIST_PIPELINE_STATE_MACHINE_ARN: arn,
    MNIST_PIPELINE_BUCKET: 'artifact-bucket',
  };
  expect(await findStack(undefined, env)).toEqual({ name: 'MnistPipeline', ...location });
});

test('the environment can override one value', async () => {
  const env = { ...write(JSON.stringify({ MnistPipeline: outputs })), MNIST_PIPELINE_BUCKET: 'other-bucket' };
  expect(await findStack(undefined, env)).toMatchObject({ ...location, bucketName: 'other-bucket' });
});

describe('the state machine of sweeps', () => {
  const sweepArn = arn.replace('Workflow', 'Sweeps');
  const otherArn = arn.replace('Workflow', 'Others');

  test('is in the outputs, or was deployed before there were sweeps', async () => {
    const MnistPipeline = { ...outputs, SweepStateMachineArn: sweepArn };
    const env = write(JSON.stringify({ MnistPipeline, Earlier: outputs }));
    expect(await findStack(undefined, env)).toMatchObject({ ...location, sweepStateMachineArn: sweepArn });
    expect((await findStack('Earlier', env)).sweepStateMachineArn).toBeUndefined();
  });

  test('may be given by the environment, beside the outputs or without them', async () => {
    const MnistPipeline = { ...outputs, SweepStateMachineArn: sweepArn };
    const given = { MNIST_PIPELINE_SWEEP_STATE_MACHINE_ARN: otherArn };
    const env = { ...write(JSON.stringify({ MnistPipeline })), ...given };
    expect(await findStack(undefined, env)).toMatchObject({ ...location, sweepStateMachineArn: otherArn });
    const alone = {
      MNIST_PIPELINE_STATE_MACHINE_ARN: arn,
      MNIST_PIPELINE_BUCKET: 'artifact-bucket',
      ...given,
    };
    expect(await findStack(undefined, alone)).toMatchObject({ ...location, sweepStateMachineArn: otherArn });
  });
});

test.each([
  ['a byte order mark', Buffer.from(`\ufeff${JSON.stringify({ MnistPipeline: outputs })}`)],
  ['UTF-16', Buffer.from(`\ufeff${JSON.stringify({ MnistPipeline: outputs })}`, 'utf16le')],
])('an outputs file with %s', async (_, bytes) => {
  const path = join(folder, 'marked.json');
  writeFileSync(path, bytes);
  expect(await findStack(undefined, { MNIST_PIPELINE_OUTPUTS: path })).toMatchObject(location);
});

test.each<[string, () => NodeJS.ProcessEnv, RegExp]>([
  [
    'no file',
    () => ({ MNIST_PIPELINE_OUTPUTS: join(folder, 'absent.json') }),
    /stack "MnistPipeline" cannot be found.*absent\.json.*ENOENT.*npm run deploy/,
  ],
  ['no JSON', () => write('outputs:'), /outputs\.json" is not JSON.*npm run deploy/],
  ['a list', () => write('[]'), /outputs\.json" cannot be used/],
  ['no stack', () => write('{}'), /has no stack "MnistPipeline"; it has none.*npm run deploy/],
  [
    'another stack',
    () => write('{"A": {}, "B": {}}'),
    /has no stack "MnistPipeline"; it has "A", "B"\..*--stack/,
  ],
  ['a stack of another kind', () => write('{"MnistPipeline": {}}'), /"StateMachineArn": .*"BucketName": /],
  [
    'an invalid ARN',
    () => ({ MNIST_PIPELINE_STATE_MACHINE_ARN: 'workflow', MNIST_PIPELINE_BUCKET: 'abc' }),
    /"MNIST_PIPELINE_STATE_MACHINE_ARN": the ARN of a state machine is expected.*received "workflow"/,
  ],
])('%s: a message', async (_, makeEnv, message) => {
  await expect(findStack(undefined, makeEnv())).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(message),
  });
});
