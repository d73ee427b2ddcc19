import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { createPageMirror } from '../../cli/cloud/mirror-page';
import { objectKeys } from '../../lib/contracts/object-keys';
import { MemoryStore } from '../../lib/store/memory-store';
import { S3Store } from '../../lib/store/s3-store';
import { putConfig, putFinishedRun } from '../cloud/finished-run';
import { sfnError, useMockedCloud } from '../cloud/mocked-cloud';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { store, sfn, answerWith } = useMockedCloud(folder);
const textOf = (text: string) => new TextEncoder().encode(text);

describe('run ids of a deployed pipeline', () => {
  beforeEach(async () => {
    await putConfig(store, 'friday');
    // Other names than "friday" have no execution.
    sfn.on(DescribeExecutionCommand).rejects(sfnError('ExecutionDoesNotExist'));
    answerWith({ status: 'RUNNING' });
    sfn.on(StopExecutionCommand).resolves({});
  });

  test.each(['latest', 'fri'])('stop %s stops the run that it means', async (text) => {
    const { exitCode, out } = await runCommand(['stop', text, '--json']);
    expect({ exitCode, runId: JSON.parse(out).runId }).toEqual({ exitCode: 0, runId: 'friday' });
    expect(sfn.commandCalls(StopExecutionCommand)[0]!.args[0].input.executionArn).toMatch(/:friday$/);
  });

  test('an exact run id needs no right to read the bucket', async () => {
    jest.spyOn(S3Store.prototype, 'head').mockRejectedValue(new Error('no right'));
    jest.spyOn(S3Store.prototype, 'list').mockImplementation(() => {
      throw new Error('no right');
    });
    const { exitCode } = await runCommand(['stop', 'friday', '--json']);
    jest.restoreAllMocks();
    expect(exitCode).toBe(0);
  });

  test('an execution of exactly this name comes before a longer run id', async () => {
    sfn.on(DescribeExecutionCommand).resolves({ executionArn: 'arn', status: 'FAILED' });
    const { out } = await runCommand(['stop', 'fri', '--json']);
    expect(JSON.parse(out)).toMatchObject({ runId: 'fri', isStopped: false });
  });

  test('a misspelled run id gets a suggestion', async () => {
    const { exitCode, err } = await runCommand(['stop', 'firday']);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/no such execution.*Did you mean "friday"\?/);
  });

  test('fetch takes them too', async () => {
    await putFinishedRun(store, 'friday');
    const to = join(folder, 'fetched');
    const { out } = await runCommand(['fetch', 'best', '--to', to, '--json', '--quiet']);
    expect(JSON.parse(out)).toMatchObject({ runId: 'friday', isFinished: true });
  });

  test('open --cloud downloads the report and prints where it is', async () => {
    await putFinishedRun(store, 'friday');
    Object.assign(process.env, { DISPLAY: '', WAYLAND_DISPLAY: '' });
    const { exitCode, out } = await runCommand(['open', '--cloud']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/\/runs\/friday\/report\.html\n$/);
    expect(readFileSync(out.trim(), 'utf8')).toBe('<!DOCTYPE html>');
  });

  test('train --cloud refuses a name that means another run', async () => {
    const { exitCode, err } = await runCommand(['train', 'latest', '--cloud']);
    expect(exitCode).toBe(2);
    expect(err).toContain('The run id "latest" is reserved');
  });
});

describe('the progress page of a run on AWS', () => {
  const environment = { ...process.env };
  afterEach(() => {
    process.env = { ...environment };
  });

  test('is downloaded when it changes, and the report beside it at the end', async () => {
    Object.assign(process.env, { DISPLAY: '', WAYLAND_DISPLAY: '' });
    const remote = new MemoryStore();
    const pages = [objectKeys.report('r'), objectKeys.progressPage('r')];
    const notes: string[] = [];
    const report = (event: { readonly message?: string }) => notes.push(event.message ?? '');
    const mirror = await createPageMirror(remote, pages, { report: report as never });
    await mirror.update();
    expect(notes).toEqual([]);

    await remote.put(objectKeys.progressPage('r'), textOf('epoch 1'));
    await mirror.update();
    const path = notes[0]!.replace('Open this page in a browser: ', '');
    expect(readFileSync(path, 'utf8')).toBe('epoch 1');

    await remote.put(objectKeys.progressPage('r'), textOf('epoch 2'));
    await remote.put(objectKeys.report('r'), textOf('report'));
    await mirror.update();
    expect(readFileSync(path, 'utf8')).toBe('epoch 2');
    expect(readFileSync(join(path, '../report.html'), 'utf8')).toBe('report');
    expect(notes).toHaveLength(1);
  });

  test('follow --open says where it is', async () => {
    await putFinishedRun(store, 'friday');
    await store.put(objectKeys.progressPage('friday'), textOf('<!DOCTYPE html>'));
    answerWith({ status: 'SUCCEEDED' });
    Object.assign(process.env, { DISPLAY: '', WAYLAND_DISPLAY: '' });
    const { exitCode, err } = await runCommand(['follow', 'friday', '--open']);
    expect(exitCode).toBe(0);
    expect(err).toMatch(/Open this page in a browser: .*\/runs\/friday\/(report|progress)\.html/);
  });
});
