import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSourceCommit } from '../../lib/installation/source-commit';
import { useScratchFolder } from '../support/scratch-folder';

const scratch = useScratchFolder();
const commit = '0123456789abcdef0123456789abcdef01234567';

function makeRepository(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{}');
  const git = (...parameters: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...parameters], {
      cwd: folder,
    });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  return folder;
}

test('a clone: its commit, and whether files differ from it', async () => {
  const folder = makeRepository('clone');
  const clean = await findSourceCommit({}, folder);
  expect(clean).toMatch(/^[0-9a-f]{40}$/);
  writeFileSync(join(folder, 'package.json'), '{ }');
  expect(await findSourceCommit({}, folder)).toBe(`${clean}-dirty`);
});

test('a package inside another repository does not take the commit of that repository', async () => {
  const folder = join(makeRepository('outer'), 'node_modules', 'mnist-pipeline');
  mkdirSync(folder, { recursive: true });
  expect(await findSourceCommit({}, folder)).toBeUndefined();
});

test('an image: the commit of its build', async () => {
  expect(await findSourceCommit({ MNIST_PIPELINE_COMMIT: commit }, scratch)).toBe(commit);
});

test.each([
  { name: 'no git repository', environment: {}, prepare: () => scratch },
  {
    name: 'a variable that is not a commit',
    environment: { MNIST_PIPELINE_COMMIT: 'main' },
    prepare: () => scratch,
  },
  {
    name: 'a broken repository',
    environment: {},
    prepare: () => {
      const folder = join(makeRepository('around'), 'broken');
      mkdirSync(join(folder, '.git'), { recursive: true });
      return folder;
    },
  },
])('unknown, without an error: $name', async ({ environment, prepare }) => {
  expect(await findSourceCommit(environment, prepare())).toBeUndefined();
});
