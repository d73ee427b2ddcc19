import type { Environment } from '../../lib/contracts/results';
import type { RunConfig } from '../../lib/contracts/run-config';
import type { TensorFlowRelease } from '../../lib/tensorflow/native-release';
import { NativeUnavailable } from '../../lib/tensorflow/native-unavailable';
import { chooseEngine, type NativeSource } from '../../lib/training/choose-engine';
import type { TrainingEngine } from '../../lib/training/training-engine';

type Build = TensorFlowRelease['package'];

interface Scene {
  readonly gpu?: string;
  readonly prepared?: readonly Build[];
  /** Builds that are not available. */
  readonly lacking?: readonly Build[];
  /** Builds that are prepared but cannot be loaded. */
  readonly unloadable?: readonly Build[];
  /** Device of the opened engine. */
  readonly computesOn?: string;
}

async function choose(
  choice: Pick<RunConfig, 'engine' | 'device'>,
  { gpu, prepared = [], lacking = [], unloadable = [], computesOn = 'cpu' }: Scene,
) {
  const asked: Build[] = [];
  const opened: [folder: string, device: string][] = [];
  const messages: string[] = [];
  const source: NativeSource = {
    inspectGpu: async () => gpu,
    isPrepared: async (release) => prepared.includes(release.package),
    prepare: async (release) => {
      asked.push(release.package);
      return lacking.includes(release.package)
        ? { available: false, reason: `no ${release.package}`, remedy: 'Get it.' }
        : { available: true, tensorflowVersion: release.version, cacheFolder: `/${release.package}` };
    },
    open: async ({ cacheFolder }, { device }) => {
      if (unloadable.some((build) => cacheFolder === `/${build}`))
        throw new NativeUnavailable(`${cacheFolder} cannot be loaded`, 'Move it.');
      opened.push([cacheFolder, device]);
      return { environment: { engine: 'native', device: computesOn } as Environment } as TrainingEngine;
    },
  };
  const say = (message: string) => messages.push(message);
  const engine = await chooseEngine(
    { ...choice, isConvolutional: false },
    say,
    new AbortController().signal,
    source,
  ).catch((error: unknown) => error as Error);
  return { asked, opened, messages, engine };
}

const cpuBuild = 'tensorflow-cpu';
const gpuBuild = 'tensorflow';
const gpu = 'Tesla T4, driver 550.90.07';

const builds: [string, RunConfig['device'], Scene, Build][] = [
  ['auto without a GPU', 'auto', {}, cpuBuild],
  ['auto with a GPU', 'auto', { gpu, computesOn: gpu }, gpuBuild],
  [
    'auto with a GPU, where the other is prepared',
    'auto',
    { gpu, prepared: [cpuBuild], computesOn: gpu },
    gpuBuild,
  ],
  ['auto without a GPU where both are prepared', 'auto', { prepared: [gpuBuild, cpuBuild] }, cpuBuild],
  ['auto in the GPU image', 'auto', { prepared: [gpuBuild] }, gpuBuild],
  ['cpu', 'cpu', {}, cpuBuild],
  ['cpu with a GPU', 'cpu', { gpu }, cpuBuild],
  ['cpu where both are prepared', 'cpu', { prepared: [gpuBuild, cpuBuild] }, cpuBuild],
  ['cpu in the GPU image', 'cpu', { gpu, prepared: [gpuBuild] }, gpuBuild],
  ['gpu', 'gpu', { gpu, prepared: [cpuBuild], computesOn: gpu }, gpuBuild],
];
test.each(builds)('the build for %s', async (_, device, scene, build) => {
  for (const engine of ['auto', 'native'] as const) {
    const { asked, opened, messages } = await choose({ engine, device }, scene);
    expect({ asked, opened, messages }).toEqual({
      asked: [build],
      opened: [[`/${build}`, device]],
      messages: [],
    });
  }
});

test('auto falls back from build to build, with the reason each time', async () => {
  const withoutCuda = await choose({ engine: 'auto', device: 'auto' }, { gpu, lacking: [gpuBuild] });
  expect(withoutCuda.opened).toEqual([[`/${cpuBuild}`, 'auto']]);
  expect(withoutCuda.messages).toEqual([
    "TensorFlow's build for GPUs cannot be used here (no tensorflow). Get it.",
    expect.stringMatching(/Training on the CPU: .*Tesla T4/),
  ]);

  const without = await choose({ engine: 'auto', device: 'auto' }, { gpu, lacking: [gpuBuild, cpuBuild] });
  expect(without.asked).toEqual([gpuBuild, cpuBuild]);
  expect(without.messages.at(-1)).toMatch(/Training on WASM, .* \(no tensorflow-cpu\)\. Get it\./);
  expect(without.engine).toMatchObject({ environment: { engine: 'wasm' } });
});

test('auto also falls back when a prepared build cannot be loaded', async () => {
  const onCpu = await choose({ engine: 'auto', device: 'auto' }, { gpu, unloadable: [gpuBuild] });
  expect(onCpu.opened).toEqual([[`/${cpuBuild}`, 'auto']]);
  expect(onCpu.messages[0]).toBe(
    "TensorFlow's build for GPUs cannot be used here (/tensorflow cannot be loaded). Move it.",
  );
  const onWasm = await choose({ engine: 'auto', device: 'auto' }, { unloadable: [cpuBuild] });
  expect(onWasm.messages).toEqual([
    expect.stringMatching(/Training on WASM, .* \(\/tensorflow-cpu cannot be loaded\)\. Move it\./),
  ]);
  expect(onWasm.engine).toMatchObject({ environment: { engine: 'wasm' } });
});

test('a GPU that TensorFlow does not find is reported, unless the CPU was requested', async () => {
  const seen = async (device: RunConfig['device']) =>
    (await choose({ engine: 'auto', device }, { gpu, computesOn: 'cpu' })).messages;
  expect(await seen('auto')).toEqual([expect.stringMatching(/does not see the GPU \(Tesla T4.*driver/)]);
  expect(await seen('cpu')).toEqual([]);
});

describe('a requested engine or device that is not available is an error', () => {
  const refusals: [string, Pick<RunConfig, 'engine' | 'device'>, Scene, RegExp, readonly Build[]][] = [
    [
      'native',
      { engine: 'native', device: 'auto' },
      { lacking: [cpuBuild] },
      /no tensorflow-cpu.*--engine wasm/,
      [cpuBuild],
    ],
    [
      'native that cannot be loaded',
      { engine: 'native', device: 'auto' },
      { unloadable: [cpuBuild] },
      /cannot be used on this machine: .* cannot be loaded\. Move it\. Or train with --engine wasm/,
      [cpuBuild],
    ],
    ['a GPU, before any download', { engine: 'auto', device: 'gpu' }, {}, /no NVIDIA GPU with a driver/, []],
    [
      'a GPU without its build',
      { engine: 'auto', device: 'gpu' },
      { gpu, lacking: [gpuBuild] },
      /no tensorflow\..*leave out --device/,
      [gpuBuild],
    ],
    ['a GPU on WASM', { engine: 'wasm', device: 'gpu' }, { gpu }, /WASM computes on the CPU only/, []],
  ];
  test.each(refusals)('%s', async (_, choice, scene, message, builds) => {
    const { asked, engine } = await choose(choice, scene);
    expect(engine).toMatchObject({ name: 'EngineUnavailable', message: expect.stringMatching(message) });
    expect(asked).toEqual(builds);
  });
});
