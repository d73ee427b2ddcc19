import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();

/** Runs a copy of the launcher in a folder with these files. */
function launchIn(name: string, files: Readonly<Record<string, string>>) {
  const root = join(folder, name);
  copyTo(join(root, 'cli/mnist-pipeline.js'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return spawnSync(process.execPath, [join(root, 'cli/mnist-pipeline.js'), '--help'], { encoding: 'utf8' });
}

function copyTo(path: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  copyFileSync(join(__dirname, '../../cli/mnist-pipeline.js'), path);
}

test('in the package, the built program is run', () => {
  const { status, stdout } = launchIn('package', {
    'dist/main.mjs': "console.log('built', process.argv[2])",
  });

  expect({ status, stdout }).toEqual({ status: 0, stdout: 'built --help\n' });
});

test('in a clone, the build of its sources is run, whatever is in dist', () => {
  const { status, stdout } = launchIn('clone', {
    'dist/main.mjs': "console.log('stale')",
    'scripts/build.js': "exports.buildIfChanged = () => require('node:path').join(__dirname, '../fresh');",
    'fresh/main.mjs': "console.log('fresh')",
  });

  expect({ status, stdout }).toEqual({ status: 0, stdout: 'fresh\n' });
});

test('a clone whose packages are not installed says what to do', () => {
  const { status, stderr } = launchIn('bare', { 'scripts/build.js': "require('not-installed')" });

  expect(status).toBe(2);
  expect(stderr).toContain("mnist-pipeline cannot be built: Cannot find module 'not-installed'");
  expect(stderr).toContain(`Run "npm ci" in ${join(folder, 'bare')}.`);
});
