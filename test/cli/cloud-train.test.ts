import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { assemble } from '../../lib/model/assemble';
import { loadInitialWeights } from '../../lib/model/initial-weights';
import { saveModel } from '../../lib/model/model-files';
import { readGraph } from '../../lib/model/read-graph';
import { loadArchitecture } from '../../lib/model/stored-architecture';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { putFinishedRun } from '../cloud/finished-run';
import { decided, executionArn, sfnError, useMockedCloud } from '../cloud/mocked-cloud';
import { runCommand } from '../support/command-line';
import { describeResidual } from '../support/residual-model';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { bucket, store, sfn, answerWith } = useMockedCloud(folder);
const train = ['train', '--cloud', '--run-id', 'friday'];

beforeAll(useWasmBackend);

describe('train --cloud', () => {
  test('starts a run, follows it, and prints the same as a local run', async () => {
    await putFinishedRun(store, 'friday');
    answerWith({ status: 'SUCCEEDED' });
    const { exitCode, out, err } = await runCommand(train);
    expect(err).toContain(`Started the run friday (${executionArn})\nPlan the preprocessing\n`);
    expect(out).toContain('report         s3://artifact-bucket/runs/friday/report.html');
    expect(out).toContain('test accuracy  0.9835 (165 of 10,000 wrong)');
    expect(exitCode).toBe(0);
  });

  test('sends the settings given by flag or file, and no others', async () => {
    answerWith({ status: 'RUNNING' });
    const config = join(folder, 'run.json');
    writeFileSync(config, '{"epochs": 5, "l2": 0.0003}');
    const flags = ['--config', config, '--epochs', '3', '--compute', 'cpu', '--detach'];
    const { exitCode, out } = await runCommand([...train, ...flags]);
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: 'Run friday is started. To follow it: mnist-pipeline follow friday\n',
    });
    const [call] = sfn.commandCalls(StartExecutionCommand);
    expect(JSON.parse(call!.args[0].input.input!)).toEqual({ epochs: 3, l2: 0.0003, compute: 'cpu' });
  });

  test('sends the name of a preset, which the workflow expands', async () => {
    answerWith({ status: 'RUNNING' });
    const flags = ['--preset', 'cnn', '--epochs', '1', '--detach'];
    expect(await runCommand([...train, ...flags])).toMatchObject({ exitCode: 0 });
    const [call] = sfn.commandCalls(StartExecutionCommand);
    expect(JSON.parse(call!.args[0].input.input!)).toEqual({ preset: 'cnn', epochs: 1 });
  });

  test('uploads the network of a file, and names it in the input', async () => {
    answerWith({ status: 'RUNNING' });
    const file = join(folder, 'architecture.json');
    writeFileSync(file, JSON.stringify(describeResidual([28, 28, 1], 10)));
    const outcome = await runCommand([...train, '--model', file, '--detach']);
    expect(outcome).toMatchObject({ exitCode: 0 });
    const [call] = sfn.commandCalls(StartExecutionCommand);
    const input = JSON.parse(call!.args[0].input.input!);
    expect(input).toEqual({ model: expect.stringMatching(/^[0-9a-f]{64}$/), classes: 10 });
    expect(await loadArchitecture(store, input.model)).toMatchObject({ name: 'residual' });
  });

  test('uploads the weights of a run in the bucket, and its network', async () => {
    answerWith({ status: 'RUNNING' });
    await putFinishedRun(store, 'monday');
    const model = assemble(readGraph(describeResidual([28, 28, 1], 10), { what: 'It', kerasMajor: 3 }), 'It');
    await saveModel(store, 'monday', model);
    model.dispose();
    const outcome = await runCommand([...train, '--from', 'monday', '--epochs', '1', '--detach']);
    expect(outcome).toMatchObject({ exitCode: 0 });
    const [call] = sfn.commandCalls(StartExecutionCommand);
    const { initialWeightsSha256, ...input } = JSON.parse(call!.args[0].input.input!);
    expect(input).toEqual({ model: expect.stringMatching(/^[0-9a-f]{64}$/), classes: 10, epochs: 1 });
    const network = await loadArchitecture(store, input.model);
    expect(await loadInitialWeights(store, initialWeightsSha256, network)).toHaveLength(8);
  });

  test('uploads nothing for a run that cannot start', async () => {
    const file = join(folder, 'architecture.json');
    writeFileSync(file, JSON.stringify(describeResidual([28, 28, 1], 10)));
    for (const flags of [
      ['--epochs', '0'],
      ['--classes', '3'],
      ['--hidden', '5'],
    ]) {
      const outcome = await runCommand([...train, '--model', file, ...flags]);
      expect(outcome).toMatchObject({ exitCode: 2, out: '' });
    }
    expect([...bucket.objects.keys()]).toEqual([]);
    expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
  });

  test('refuses an unknown preset, and a setting without effect beside a preset', async () => {
    expect(await runCommand([...train, '--preset', 'best'])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/--preset: .*"cnn-best".*\(received "best"\)/),
    });
    expect(await runCommand([...train, '--preset', 'cnn', '--hidden', '8'])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/--hidden: it has an effect only with the model mlp/),
    });
    expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
  });

  test('without settings the input is {}, and the name is generated from the time', async () => {
    answerWith({ status: 'RUNNING' });
    const { out } = await runCommand(['train', '--cloud', '--detach', '--json']);
    const { input, name } = sfn.commandCalls(StartExecutionCommand)[0]!.args[0].input;
    expect({ input, ...JSON.parse(out) }).toEqual({ input: '{}', runId: name, executionArn });
    expect(name).toMatch(/^\d{8}-\d{6}-[0-9a-f]{8}$/);
  });

  test('a run below the minimum accuracy is shown, with exit code 3', async () => {
    await putFinishedRun(store, 'friday', 'rejected');
    answerWith({ status: 'FAILED', error: 'QualityGateFailed', cause: decided });
    const { exitCode, out, err } = await runCommand([...train, '--json']);
    expect(JSON.parse(out)).toMatchObject({ runId: 'friday', status: 'rejected' });
    expect(err).toContain('QualityGateFailed: The run "friday" failed in the step "gate": It is 0.5.');
    expect(exitCode).toBe(3);
  });

  test('a run that failed prints no result', async () => {
    answerWith({ status: 'FAILED', error: 'TrainingDiverged', cause: decided });
    expect(await runCommand(train)).toMatchObject({ exitCode: 4, out: '' });
  });

  test.each<[string, string[], Error | undefined, number, RegExp]>([
    ['a name that is taken', [], sfnError('ExecutionAlreadyExists'), 2, /RunExists: .*has this name/],
    ['throttling', [], sfnError('ThrottlingException'), 75, /WorkflowUnavailable: .*for now/],
    ['expired credentials', [], sfnError('ExpiredTokenException'), 2, /Sign in again/],
    ['a stack that is gone', [], sfnError('StateMachineDoesNotExist'), 2, /npm run deploy/],
    ['an unknown stack', ['--stack', 'Red'], undefined, 2, /no stack "Red"; it has "MnistPipeline", "Blue"/],
    ['a wrong setting', ['--epochs', '0'], undefined, 2, /--epochs: .*\(received 0\)/],
    ['a wrong compute', ['--compute', 'tpu'], undefined, 2, /--compute: .*"gpu".*"cpu".*received "tpu"/],
    [
      'a folder on this machine',
      ['--dataset', './d'],
      undefined,
      2,
      /Upload it with "mnist-pipeline upload [^"]*"/,
    ],
    ['--store in addition', ['--store', 'a'], undefined, 2, /--cloud' cannot be used with option '--store/],
  ])('%s: a message', async (_, flags, error, exitCode, message) => {
    if (error !== undefined) sfn.on(StartExecutionCommand).rejects(error);
    const outcome = await runCommand([...train, ...flags]);
    expect({ exitCode: outcome.exitCode, out: outcome.out }).toEqual({ exitCode, out: '' });
    expect(outcome.err).toMatch(message);
    expect(sfn.commandCalls(StartExecutionCommand)).toHaveLength(error === undefined ? 0 : 1);
  });

  test('no outputs file: the message says how to get one', async () => {
    process.env['MNIST_PIPELINE_OUTPUTS'] = join(folder, 'absent.json');
    expect(await runCommand(train)).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/InvalidInput: The stack "MnistPipeline" cannot be found.*npm run deploy/),
    });
  });

  test.each([['--detach'], ['--compute', 'gpu'], ['--stack', 'Blue']])(
    '%s without --cloud does not start a local run',
    async (...flags) => {
      const { exitCode, err } = await runCommand(['train', ...flags, '--store', join(folder, 'untouched')]);
      expect(exitCode).toBe(2);
      expect(err).toContain(`${flags[0]} is for a run on AWS`);
      expect(existsSync(join(folder, 'untouched'))).toBe(false);
    },
  );
});
