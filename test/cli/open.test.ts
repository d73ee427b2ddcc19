import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openInBrowser } from '../../cli/open-in-browser';
import { objectKeys } from '../../lib/contracts/object-keys';
import { DirectoryStore } from '../../lib/store/directory-store';
import { putConfig, putFinishedRun } from '../cloud/finished-run';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const scratch = useScratchFolder();
const folder = join(scratch, 'artifacts');
const store = new DirectoryStore(folder);
const programs = join(scratch, 'programs');
const opened = join(scratch, 'opened.txt');
const environment = { ...process.env };
const onLinux = process.platform === 'linux' ? test : test.skip;

beforeAll(async () => {
  await putFinishedRun(store, 'friday');
  await putConfig(store, 'tuesday');
  await store.put(objectKeys.progressPage('tuesday'), new TextEncoder().encode('<!DOCTYPE html>'));
  await putConfig(store, 'wednesday');
  mkdirSync(programs);
  // It writes elsewhere and renames, so that the test never reads half a line.
  writeFileSync(
    join(programs, 'xdg-open'),
    `#!/bin/sh\nprintf %s "$1" > '${opened}.part'\nmv '${opened}.part' '${opened}'\n`,
  );
  chmodSync(join(programs, 'xdg-open'), 0o755);
});
beforeEach(() => {
  process.env = { ...environment, DISPLAY: ':0', PATH: `${programs}${delimiter}${environment['PATH']}` };
});
afterAll(() => {
  process.env = environment;
});

async function waitForOpened(): Promise<string> {
  while (!existsSync(opened)) await pause(10);
  return readFileSync(opened, 'utf8');
}

onLinux('the report is opened, and its path printed', async () => {
  const path = `${folder}/runs/friday/report.html`;
  const { exitCode, out, err } = await runCommand(['open', 'friday', '--store', folder]);
  expect({ exitCode, out, err }).toEqual({ exitCode: 0, out: `${path}\n`, err: '' });
  expect(await waitForOpened()).toBe(path);
});

onLinux.each([
  ['no display', { DISPLAY: '', WAYLAND_DISPLAY: '' }],
  ['no program that opens a page', { PATH: scratch }],
])('with %s, the path is printed and a note says so', async (_, changes) => {
  Object.assign(process.env, changes);
  const { exitCode, out, err } = await runCommand(['open', 'friday', '--store', folder]);
  expect({ exitCode, out }).toEqual({ exitCode: 0, out: `${folder}/runs/friday/report.html\n` });
  expect(err).toBe('There is no display here: open this file in a browser.\n');
});

test('of an unfinished run, its progress page', async () => {
  Object.assign(process.env, { DISPLAY: '', WAYLAND_DISPLAY: '' });
  const { out } = await runCommand(['open', 'tuesday', '--store', folder]);
  expect(out).toBe(`${folder}/runs/tuesday/progress.html\n`);
});

test('a run without any page is refused', async () => {
  expect(await runCommand(['open', 'wednesday', '--store', folder])).toMatchObject({
    exitCode: 2,
    out: '',
    err: expect.stringMatching(/ArtifactNotFound: The run "wednesday" in .* has no report yet/),
  });
});

test.each([
  ['darwin', 'open'],
  ['win32', 'cmd'],
] as const)('on %s the program is %s, without a display variable', async (platform, program) => {
  const file = join(programs, program);
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  expect(await openInBrowser('page.html', { PATH: programs }, platform)).toBe(true);
  expect(await openInBrowser('page.html', { PATH: scratch }, platform)).toBe(false);
});
