import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os, { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { CommandOptions } from '../../lib/native-setup/machine';
import {
  inspectNativeTensorFlow,
  isNativePrepared,
  type NativeTensorFlow,
  prepareNativeTensorFlow,
} from '../../lib/native-setup/native-setup';
import { hasAvx } from '../../lib/native-setup/requirements';
import { bindingFile, libraryFiles, nativeCacheFolder } from '../../lib/tensorflow/native-release';
import { useScratchFolder } from '../support/scratch-folder';
import {
  type Act,
  failing,
  interrupting,
  makeMachine,
  missing,
  type PrepareArguments,
  prepareOn,
  type Stage,
  tinyRelease,
} from './machine-double';

const scratch = useScratchFolder();
let cacheRoot = '';
let cacheFolder = '';
let count = 0;

beforeEach(() => {
  count += 1;
  cacheRoot = join(scratch, `cache-${count}`);
  cacheFolder = nativeCacheFolder(tinyRelease, cacheRoot);
});

const prepare = (...[acts, facts, signal]: PrepareArguments) =>
  prepareOn(cacheRoot, tinyRelease, acts, facts, signal);

const ready = () => ({ available: true, tensorflowVersion: '2.21.0', cacheFolder });

test('prepares once, and logs what and where', async () => {
  const first = await prepare();
  expect(first.native).toEqual(ready());
  expect(first.stages).toEqual([
    ...(['find python', 'find pip', 'find g++'] as const),
    ...(['download', 'unpack', 'strip', 'strip', 'compile', 'compile', 'self-test'] as const),
  ]);
  expect(first.messages[0]).toMatch(/a download of 1 MB.*Python and g\+\+ are needed only for this/);
  expect(readdirSync(cacheRoot)).toEqual([basename(cacheFolder)]);
  expect(readdirSync(cacheFolder).sort()).toEqual(['deps', 'lib', 'ready.json']);

  const second = await prepare({ 'find python': missing });
  expect(second).toEqual({
    native: ready(),
    stages: [],
    messages: [`Native TensorFlow 2.21.0 is ready (prepared on 2026-11-25 in ${cacheFolder})`],
  });
});

test('prepared where it cannot run, it is tested by every process that loads it', async () => {
  const { machine, stages } = makeMachine(cacheRoot);
  const native = await prepareNativeTensorFlow(() => {}, undefined, {
    release: tinyRelease,
    machine,
    isTestedLater: true,
  });
  expect(native).toEqual(ready());
  expect(stages).not.toContain('self-test');
  for (const start of [1, 2]) {
    const { native: loaded, stages: atStart } = await prepare();
    expect([start, loaded, atStart]).toEqual([start, ready(), ['self-test']]);
  }
  expect((await prepare({ 'self-test': failing('', 'SIGILL') })).native).toMatchObject({
    available: false,
    reason: expect.stringContaining('AVX'),
  });
});

test.each([
  ['flags\t\t: fpu sse4_2 avx avx2\n', true],
  ['flags\t\t: fpu sse4_2 avx512f_not\n', false],
  ['Features\t: fp asimd evtstrm aes\n', false],
  ['', false],
])('the processor %j has AVX: %s', (cpuinfo, expected) => {
  expect(hasAvx(cpuinfo)).toBe(expected);
});

test('works without strip', async () => {
  expect((await prepare({ strip: missing })).native).toEqual(ready());
  expect(readFileSync(join(cacheFolder, libraryFiles[0]!), 'utf8')).toBe('the large library');
});

describe('a missing requirement is reported before any download', () => {
  const lacks: [string, Parameters<typeof makeMachine>[1], Parameters<typeof makeMachine>[2], RegExp][] = [
    ['another system', {}, { platform: 'darwin-arm64' }, /on Linux x64 .* this is darwin-arm64/],
    ['another C library', {}, { hasGlibc: false }, /this is linux-x64 without glibc/],
    ['no Python', { 'find python': missing }, {}, /no Python 3 on the PATH/],
    ['no pip', { 'find pip': failing('No module named pip') }, {}, /has no pip/],
    ['no compiler', { 'find g++': missing }, {}, /no C\+\+ compiler g\+\+/],
    [
      'a pip that does not know the format',
      { 'find pip': () => 'pip 20.2.4 from /usr/lib/python3/dist-packages/pip (python 3.8)\n' },
      {},
      /has pip 20\.2, and only pip 20\.3 or newer supports the format/,
    ],
    ['a folder mounted noexec', {}, { mayExecuteIn: async () => false }, /file system is mounted noexec/],
    [
      'no space',
      {},
      { measureFreeBytes: async () => 3e8 },
      /preparing temporarily needs 1\.6 GB, .* 0\.3 GB are free/,
    ],
  ];
  test.each(lacks)('%s', async (_, acts, facts, reason) => {
    const { native, stages } = await prepare(acts, facts);
    expect(native).toEqual({
      available: false,
      reason: expect.stringMatching(reason),
      remedy: expect.stringMatching(/\.$/),
    });
    expect(stages).not.toContain('download');
  });

  test('a cache folder that cannot be created', async () => {
    writeFileSync(cacheRoot, 'a file');
    expect((await prepare()).native).toMatchObject({
      available: false,
      reason: expect.stringContaining(`the cache folder ${cacheRoot} cannot be used`),
      remedy: expect.stringContaining('MNIST_PIPELINE_CACHE'),
    });
  });
});

describe('a failed attempt gives the reason and leaves nothing', () => {
  const failures: [string, Stage, Act, RegExp][] = [
    [
      'no network',
      'download',
      failing('WARNING: Retrying\nERROR: No matching distribution found for tensorflow-cpu'),
      /could not download tensorflow-cpu 2\.21\.0 \(ERROR: No matching distribution/,
    ],
    ['a full disk', 'download', failing('OSError: [Errno 28] No space left on device'), /the disk ran full/],
    ['nothing downloaded', 'download', () => '', /SHA-256 none instead of/],
    [
      'another wheel',
      'download',
      (parameters) => {
        writeFileSync(join(parameters[parameters.indexOf('--dest') + 1]!, 'forged.whl'), 'forged');
        return '';
      },
      /forged\.whl has SHA-256 [0-9a-f]{64} instead of/,
    ],
    ['no zlib', 'unpack', failing("ModuleNotFoundError: No module named 'zlib'"), /cannot be unpacked/],
    ['a compile error', 'compile', failing('napi.h:1: fatal error: stdlib.h'), /g\+\+ could not compile/],
    ['an old processor', 'self-test', failing('', 'SIGILL'), /processor lacks instructions/],
    ['an old C library', 'self-test', failing('error: GLIBC_2.27 not found'), /GLIBC_2\.27 not found/],
    ['a wrong product', 'self-test', () => '{"backend":"cpu"}\n', /returned \{"backend":"cpu"\} instead of/],
  ];
  test.each(failures)('%s', async (_, stage, act, reason) => {
    const { native } = await prepare({ [stage]: act });
    expect(native).toMatchObject({ available: false, reason: expect.stringMatching(reason) });
    expect(readdirSync(cacheRoot).filter((name) => !name.endsWith('.refused.json'))).toEqual([]);
    const repaired = await prepare({}, { describe: async () => ['the machine, repaired'] });
    expect(repaired.native).toEqual(ready());
    expect(readdirSync(cacheRoot)).toEqual([basename(cacheFolder)]);
  });

  test.each<[string, string, RegExp, RegExp]>([
    [
      'a broken connection',
      "WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: No matching distribution found",
      /No matching distribution/,
      /Check the connection to PyPI/,
    ],
    [
      'an index that lacks it',
      'ERROR: No matching distribution found for tensorflow-cpu==2.21.0',
      /No matching distribution/,
      /package index that pip uses .* does not have it/,
    ],
    ['anything else', 'ERROR: Invalid value', /Invalid value/, /Check the configuration of pip/],
  ])('the output of pip determines the remedy: %s', async (_, output, reason, remedy) => {
    const { native } = await prepare({ download: failing(output) });
    expect(native).toMatchObject({
      reason: expect.stringMatching(reason),
      remedy: expect.stringMatching(remedy),
    });
  });

  test('settings of pip for installing do not affect the download', async () => {
    let environment: CommandOptions['environment'];
    const act: Act = (_, options) => {
      environment = options.environment;
      throw new Error('seen');
    };
    await expect(prepare({ download: act })).rejects.toThrow('seen');
    expect(environment).toMatchObject({ PIP_REQUIRE_VIRTUALENV: '0', PIP_REQUIRE_HASHES: '0' });
  });

  test('a programming error is thrown', async () => {
    const act = () => {
      throw new TypeError('mistake');
    };
    await expect(prepare({ compile: act })).rejects.toThrow('mistake');
  });
});

describe('a build that failed after its download', () => {
  const broken = { compile: failing('napi.h:1: fatal error: stdlib.h') };
  const at = (time: string) => ({ now: () => new Date(time) });

  test('is not downloaded again: the reason is given immediately, also by doctor', async () => {
    await prepare(broken);
    const { native, stages, messages } = await prepare(broken);
    expect(stages).toEqual(['find python', 'find pip', 'find g++']);
    expect(messages).toEqual([]);
    const expected = {
      available: false,
      reason: expect.stringMatching(
        /g\+\+ could not compile .*stdlib\.h\); this happened on 2026-11-25T12:00:00\.000Z, and nothing relevant/,
      ),
      remedy: expect.stringMatching(/^Install g\+\+ 9 .* after .*\.refused\.json is deleted\.$/),
    };
    expect(native).toEqual(expected);
    const { machine } = makeMachine(cacheRoot);
    expect(await inspectNativeTensorFlow({ release: tinyRelease, machine })).toEqual(expected);
  });

  test.each<[string, Parameters<typeof prepare>[0], Parameters<typeof prepare>[1]]>([
    ['another compiler', { 'find g++': () => 'g++ 13.1.0\n' }, {}],
    ['another pip', { 'find pip': () => 'pip 25.0\n' }, {}],
    ['another machine', {}, { describe: async () => ['another machine'] }],
    ['a day later', {}, at('2026-11-26T12:00:00Z')],
    ['a clock that was set back', {}, at('2026-11-24T12:00:00Z')],
  ])('is tried again with %s', async (_, acts, facts) => {
    await prepare(broken);
    expect((await prepare(acts, facts)).native).toEqual(ready());
    expect(readdirSync(cacheRoot)).toEqual([basename(cacheFolder)]);
  });

  test('is tried again when a setting of pip changes, or its record is deleted or damaged', async () => {
    await prepare(broken);
    process.env['PIP_INDEX_URL'] = 'https://mirror.example/simple';
    try {
      expect((await prepare(broken)).stages).toContain('download');
    } finally {
      delete process.env['PIP_INDEX_URL'];
    }
    const note = `${cacheFolder}.refused.json`;
    writeFileSync(note, '{"schemaVer');
    expect((await prepare(broken)).stages).toContain('download');
    expect((await prepare(broken)).stages).not.toContain('download');
    rmSync(note);
    expect((await prepare()).native).toEqual(ready());
  });

  test.each<[string, Stage, Act]>([
    ['a download that broke off', 'download', failing('ERROR: Read timed out.')],
    ['a compiler that ran out of memory', 'compile', failing('g++: fatal error: Killed signal terminated')],
    ['a self-test that was killed', 'self-test', failing('', 'SIGKILL')],
    ['a self-test that took too long', 'self-test', failing('', 'SIGTERM')],
    ['a full disk', 'unpack', failing('OSError: [Errno 28] No space left on device')],
  ])('%s is tried again immediately', async (_, stage, act) => {
    expect((await prepare({ [stage]: act })).native).toMatchObject({ available: false });
    expect(readdirSync(cacheRoot)).toEqual([]);
    expect((await prepare()).native).toEqual(ready());
  });
});

test.each<[string, Parameters<typeof makeMachine>[2], RegExp]>([
  ['another system', { platform: 'darwin-arm64' }, /this is darwin-arm64/],
  ['another C library', { hasGlibc: false }, /this is linux-x64 without glibc/],
  ['an older processor', { hasAvx: false }, /lacks instructions .* \(AVX\)/],
])('a build in a shared folder is not loaded on a machine with %s', async (_, facts, reason) => {
  await prepare();
  const { native, stages } = await prepare({}, facts);
  expect(native).toMatchObject({ available: false, reason: expect.stringMatching(reason) });
  expect(stages).toEqual([]);
});

test.each<[string, () => string]>([
  [
    'neither HOME nor an entry in the list of users',
    () => {
      throw Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
    },
  ],
  ['an empty HOME', () => ''],
])('a user with %s has no cache folder', async (_, findHome) => {
  delete process.env['MNIST_PIPELINE_CACHE'];
  delete process.env['XDG_CACHE_HOME'];
  const homedir = jest.spyOn(os, 'homedir').mockImplementation(findHome);
  try {
    const lack = {
      available: false,
      reason: 'this user has no home folder to store it in',
      remedy: expect.stringContaining('MNIST_PIPELINE_CACHE'),
    };
    expect(await prepareNativeTensorFlow(() => {})).toEqual(lack);
    expect(await inspectNativeTensorFlow()).toEqual(lack);
    expect(await isNativePrepared()).toBe(false);
  } finally {
    homedir.mockRestore();
  }
});

test('Ctrl-C at any stage ends with Interrupted and leaves nothing', async () => {
  for (const stage of ['download', 'unpack', 'strip', 'compile', 'compile', 'self-test'] as const) {
    const { act, signal } = interrupting();
    await expect(prepare({ [stage]: act }, {}, signal)).rejects.toMatchObject({
      name: 'Interrupted',
    });
    expect(readdirSync(cacheRoot)).toEqual([]);
  }
});

describe('the cache is verified', () => {
  const marker = () => join(cacheFolder, 'ready.json');
  const damages: [string, () => void, RegExp][] = [
    ['no marker', () => rmSync(marker()), /it has no ready\.json/],
    ['half a marker', () => writeFileSync(marker(), '{"schemaVer'), /its ready\.json cannot be read/],
    [
      'the marker of other versions',
      () => writeFileSync(marker(), readFileSync(marker(), 'utf8').replace('"2.21.0"', '"2.20.0"')),
      /names other versions/,
    ],
    ['no binding', () => rmSync(join(cacheFolder, bindingFile)), /tfjs_binding\.node is missing/],
    [
      'an altered binding of the same size',
      () => writeFileSync(join(cacheFolder, bindingFile), 'the bindinG'),
      /tfjs_binding\.node has been altered/,
    ],
    [
      'a truncated library',
      () => writeFileSync(join(cacheFolder, libraryFiles[0]!), 'the'),
      /libtensorflow_cc\.so\.2 has 3 bytes instead of 27/,
    ],
    [
      'an empty folder',
      () => {
        rmSync(cacheFolder, { recursive: true });
        mkdirSync(cacheFolder);
      },
      /no ready\.json/,
    ],
  ];
  test.each(damages)('%s: reported, and prepared again', async (_, damage, problem) => {
    await prepare();
    damage();
    const looked = await inspectNativeTensorFlow({
      release: tinyRelease,
      machine: makeMachine(cacheRoot).machine,
    });
    expect(looked).toMatchObject({ available: false, reason: expect.stringMatching(problem) });
    const { native, stages, messages } = await prepare();
    expect(native).toEqual(ready());
    expect(stages).toContain('self-test');
    expect(messages[0]).toMatch(problem);
    expect(readdirSync(cacheRoot)).toEqual([basename(cacheFolder)]);
  });

  test('the times of its files are whole seconds, as image layers store them', async () => {
    await prepare({}, { now: () => new Date('2026-11-25T12:00:00.789Z') });
    for (const file of [bindingFile, ...libraryFiles]) {
      expect(statSync(join(cacheFolder, file)).mtimeMs).toBe(Date.parse('2026-11-25T12:00:00Z'));
    }
  });

  test('a copy with new times is still valid', async () => {
    await prepare();
    for (const file of [bindingFile, ...libraryFiles]) utimesSync(join(cacheFolder, file), 1, 1);
    expect((await prepare()).stages).toEqual([]);
  });
});

describe('other processes', () => {
  test.each(['download', 'unpack', 'strip', 'compile', 'compile', 'self-test'] as const)(
    'a build that is killed in %s has nothing yet that passes for ready',
    async (stage) => {
      let seen: NativeTensorFlow | undefined;
      let files: readonly string[] = [];
      await prepare({
        [stage]: async () => {
          seen = await inspectNativeTensorFlow({ release: tinyRelease, ...makeMachine(cacheRoot) });
          files = readdirSync(cacheRoot, { recursive: true, encoding: 'utf8' });
          throw new Error('killed');
        },
      }).catch(() => {});
      expect(seen).toMatchObject({ available: false, reason: expect.stringContaining('not prepared yet') });
      expect(files.length).toBeGreaterThan(1);
      expect(files.filter((file) => file.endsWith('ready.json'))).toEqual([]);
    },
  );

  test('files of a killed build are removed and never used', async () => {
    const deadPid = Number(execFileSync(process.execPath, ['-p', 'process.pid']));
    const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');
    const abandoned = `${cacheFolder}.building.${host}.${deadPid}.1.x`;
    mkdirSync(join(abandoned, 'lib', 'napi-v8'), { recursive: true });
    const living = `${cacheFolder}.building.another-host.1.1.x`;
    mkdirSync(living, { recursive: true });
    const { native, stages } = await prepare();
    expect(native).toEqual(ready());
    expect(stages).toContain('compile');
    expect(readdirSync(cacheRoot).sort()).toEqual([basename(cacheFolder), basename(living)]);
  });

  test('several processes that prepare at the same time all succeed, with one folder', async () => {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => prepare()));
    expect(outcomes.map(({ native }) => native)).toEqual(outcomes.map(ready));
    expect(readdirSync(cacheRoot)).toEqual([basename(cacheFolder)]);
    expect((await prepare()).stages).toEqual([]);
  });
});

describe('inspecting', () => {
  const inspect = (acts: Partial<Record<Stage, Act>> = {}) =>
    inspectNativeTensorFlow({ release: tinyRelease, machine: makeMachine(cacheRoot, acts).machine });

  test('prepares nothing, and explains how it is prepared', async () => {
    expect(await inspect()).toMatchObject({
      available: false,
      reason: expect.stringContaining('not prepared yet'),
      remedy: expect.stringContaining('The next training prepares it: a download of 1 MB'),
    });
    expect(() => readdirSync(cacheRoot)).toThrow('ENOENT');
  });

  test('names the missing requirement where it cannot be prepared', async () => {
    expect(await inspect({ 'find g++': missing })).toMatchObject({
      available: false,
      reason: expect.stringContaining('no C++ compiler'),
    });
  });

  test('runs the self-test of a prepared build', async () => {
    await prepare();
    expect(await inspect()).toEqual(ready());
    expect(await inspect({ 'self-test': failing('error: no memory') })).toMatchObject({
      available: false,
      reason: expect.stringContaining('no memory'),
    });
  });
});
