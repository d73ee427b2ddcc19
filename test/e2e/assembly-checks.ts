import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cloudAssemblyFolder, installPythonTools } from './emulator-process';

const run = promisify(execFile);
const maxBundleBytes = 15 * 2 ** 20;
/** Data, which a bundle may carry besides. */
const dataFolders = new Set(['mnist-data']);

/**
 * `W3005`: the CDK orders a function after its role's policy, which implies the role that it names anyway.
 */
const ignoredChecks = ['W3005'];

export async function lintTemplate(): Promise<void> {
  const python = await installPythonTools();
  const template = join(cloudAssemblyFolder, 'MnistPipeline.template.json');
  const parameters = ['--ignore-checks', ...ignoredChecks, '--template', template];
  await run(join(dirname(python), 'cfn-lint'), parameters).catch(
    (error: { stdout: string; message: string }) => assert.fail(error.stdout || error.message),
  );
}

/** What Lambda unpacks, and reads at each cold start. */
export async function assertSmallBundles(): Promise<void> {
  const bundles = await findBundles();
  assert.equal(bundles.length, 5, `The assembly has ${bundles.length} function bundles`);
  for (const folder of bundles) {
    const bytes = await measureFolder(folder);
    assert.ok(
      bytes <= maxBundleBytes,
      `${folder} has ${bytes} bytes besides data; ${maxBundleBytes} are allowed`,
    );
    const files = await readdir(folder, { recursive: true });
    assert.deepEqual(
      files.filter((file) => file.endsWith('.node')),
      [],
      `${folder} has native code`,
    );
  }
}

interface AssetManifest {
  readonly files: Record<string, { readonly source: { readonly path: string; readonly packaging: string } }>;
}

async function findBundles(): Promise<string[]> {
  const text = await readFile(join(cloudAssemblyFolder, 'MnistPipeline.assets.json'), 'utf8');
  return Object.values((JSON.parse(text) as AssetManifest).files)
    .filter(({ source }) => source.packaging === 'zip')
    .map(({ source }) => join(cloudAssemblyFolder, source.path));
}

async function measureFolder(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (dataFolders.has(entry.name)) continue;
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? await measureFolder(path) : (await stat(path)).size;
  }
  return bytes;
}
