import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nativeLayout } from './native-cache';
import { CommandFailure, type CommandRunner } from './run-command';

/**
 * TensorFlow's own library, out of its Python package: nobody publishes it alone any more. Python's version matters
 * to the file's name only, any Python can download it.
 */
export const tensorflowWheel = {
  package: 'tensorflow-cpu',
  version: '2.21.0',
  pythonVersion: '3.11',
  platform: 'manylinux_2_27_x86_64',
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
} as const;

export interface BuildTools {
  readonly run: CommandRunner;
  readonly say: (message: string) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes the binding and its libraries in `folder`, as `nativeLayout` has them, and proves that they compute.
 *
 * @returns TensorFlow's version, as the library itself says it.
 * @throws CommandFailure, or what `run` throws.
 */
export async function buildNativeBinding(folder: string, tools: BuildTools): Promise<string> {
  const unpacked = join(folder, 'unpacked');
  const wheel = await downloadWheel(join(folder, 'download'), tools);
  await unpackWheel(wheel, folder, unpacked, tools);
  await compileBinding(folder, join(unpacked, 'include'), tools);
  const version = await testBinding(folder, tools);
  await rm(join(folder, 'download'), { recursive: true });
  await rm(unpacked, { recursive: true });
  return version;
}

async function downloadWheel(folder: string, { run, say, signal }: BuildTools): Promise<string> {
  const { package: name, version, pythonVersion, platform, sha256 } = tensorflowWheel;
  say(`  downloading ${name} ${version} (about 260 MB; Python is needed for this alone)`);
  await mkdir(folder, { recursive: true });
  // pip itself refuses a file with another hash.
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
  const args = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'];
  const target = ['--only-binary=:all:', '--python-version', pythonVersion, '--platform', platform];
  const files = ['--require-hashes', '--requirement', requirements, '--dest', folder];
  await run('python3', [...args, ...target, ...files], { signal });
  const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'));
  if (wheel === undefined) throw new CommandFailure(`python3 -m pip download left no wheel in ${folder}`);
  return join(folder, wheel);
}

/** Two libraries and the C interface's headers; the rest of the package is Python. */
const unpackScript = `
import os, shutil, sys, zipfile
wheel, libraries, headers = sys.argv[1:4]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name in ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'):
            target = os.path.join(libraries, os.path.basename(name))
        elif name.endswith('.h') and ('/c/' in name or '/ctstring' in name):
            target = os.path.join(headers, os.path.relpath(name, 'tensorflow/include'))
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(name) as source, open(target, 'wb') as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
`;

async function unpackWheel(
  wheel: string,
  folder: string,
  unpacked: string,
  { run, say, signal }: BuildTools,
): Promise<void> {
  say('  unpacking its library');
  const libraries = join(folder, dirname(nativeLayout.libraries[0]));
  await run('python3', ['-c', unpackScript, wheel, libraries, join(unpacked, 'include')], { signal });
  for (const library of nativeLayout.libraries) {
    // Debug symbols are a quarter of the size.
    await run('strip', ['--strip-unneeded', join(folder, library)], { signal });
  }
}

async function compileBinding(
  folder: string,
  headers: string,
  { run, say, signal }: BuildTools,
): Promise<void> {
  say('  compiling the binding');
  const sources = join(bindingPackageFolder(), 'binding');
  const nodeHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const files = (await readdir(sources))
    .filter((file) => file.endsWith('.cc'))
    .map((file) => join(sources, file));
  await mkdir(join(folder, nativeLayout.bindingFolder), { recursive: true });
  const language = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'];
  const includes = [nodeHeaders, headers, sources].map((path) => `-I${path}`);
  const libraries = nativeLayout.libraries.map((library) => join(folder, library));
  const output = ['-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', join(folder, nativeLayout.binding)];
  await run('g++', [...language, ...includes, ...files, ...libraries, ...output], { signal });
}

/** [[1, 2], [3, 4]] times itself, by the raw binding: no TensorFlow.js in between that could fall back to JavaScript. */
const selfTestScript = `
const binding = require(process.argv[1]);
const input = binding.createTensor([2, 2], binding.TF_FLOAT, Float32Array.of(1, 2, 3, 4));
const flag = (name) => ({ name, type: binding.TF_ATTR_BOOL, value: false });
const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
const [product] = binding.executeOp('MatMul', [flag('transpose_a'), flag('transpose_b'), type], [input, input], 1);
const values = Array.from(binding.tensorDataSync(product.id));
console.log(JSON.stringify({ version: binding.TF_Version, values }));
`;

/** In a process of its own: a binding that does not fit takes its process down. */
async function testBinding(folder: string, { run, say, signal }: BuildTools): Promise<string> {
  say('  testing it with a matrix product');
  const output = await run(process.execPath, ['-e', selfTestScript, join(folder, nativeLayout.binding)], {
    signal,
  });
  const { version, values } = JSON.parse(output.trim().split('\n').at(-1)!);
  if (String(values) !== '7,10,15,22') {
    throw new CommandFailure(`the self-test's matrix product gave [${values}] instead of [7,10,15,22]`);
  }
  return version;
}

export function bindingPackageFolder(): string {
  return dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
}
