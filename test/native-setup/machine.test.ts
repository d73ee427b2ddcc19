import { CommandFailed, thisMachine } from '../../lib/native-setup/machine';

const { run, measureFreeBytes } = thisMachine();
const runNode = (script: string, options: Parameters<typeof run>[2] = {}) =>
  run(process.execPath, ['-e', script], options);

test('returns stdout and passes variables', async () => {
  const environment = { NATIVE_MACHINE_TEST: 'seen' };
  expect(await runNode('console.log(process.env.NATIVE_MACHINE_TEST)', { environment })).toBe('seen\n');
});

test('a program that is not on the PATH is missing', async () => {
  const failure = await run('no-such-program-anywhere', []).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(CommandFailed);
  expect(failure).toMatchObject({ isMissing: true });
});

test('a program that fails is not missing, and its error line is the summary', async () => {
  const failure = runNode('console.error("warming up\\nERROR: no luck\\nbye"); process.exit(2)');
  await expect(failure).rejects.toMatchObject({
    isMissing: false,
    signalName: null,
    summary: 'ERROR: no luck',
  });
});

test('a program that exceeds the timeout is ended', async () => {
  const failure = runNode('setTimeout(() => {}, 60_000)', { timeoutSeconds: 0.2 });
  await expect(failure).rejects.toMatchObject({ signalName: 'SIGTERM' });
});

test('an abort ends the program, and an earlier one prevents its start', async () => {
  const controller = new AbortController();
  const running = runNode('setTimeout(() => {}, 60_000)', { signal: controller.signal });
  controller.abort();
  await expect(running).rejects.toMatchObject({ name: 'Interrupted' });
  await expect(runNode('', { signal: controller.signal })).rejects.toMatchObject({ name: 'Interrupted' });
});

test('free space is counted in bytes', async () => {
  expect(await measureFreeBytes('/')).toBeGreaterThan(0);
});
