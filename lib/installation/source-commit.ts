import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const commitPattern = /^[0-9a-f]{40,64}(-dirty)?$/;

/**
 * The git commit of this program, with `-dirty` after it if files differ from the commit; `undefined` if unknown. A
 * clone knows it from git; an image from the environment variable MNIST_PIPELINE_COMMIT, if it was set at its build.
 */
export async function findSourceCommit(
  environment: NodeJS.ProcessEnv = process.env,
  folder = findPackageFolder(__dirname),
): Promise<string | undefined> {
  const commit = environment['MNIST_PIPELINE_COMMIT'] ?? (await describeHead(folder));
  return commit !== undefined && commitPattern.test(commit) ? commit : undefined;
}

/** The nearest folder above with a package.json: a package inside another repository has that, and no `.git` of its own. */
function findPackageFolder(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function describeHead(folder: string | undefined): Promise<string | undefined> {
  if (folder === undefined || !existsSync(join(folder, '.git'))) return Promise.resolve(undefined);
  // `--exclude '*'`: no tags, the commit itself.
  const parameters = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude', '*'];
  // Not a repository that the folder is in.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) };
  return new Promise((resolve) => {
    execFile('git', parameters, { cwd: folder, env, timeout: 5000 }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : undefined),
    );
  });
}
