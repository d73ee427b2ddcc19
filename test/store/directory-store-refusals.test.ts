import { execFileSync } from 'node:child_process';
import fsPromises, { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DirectoryStore } from '../../lib/store/directory-store';

const body = new Uint8Array(5_000_000).fill(7);
const small = new TextEncoder().encode('small');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'directory-store-'));
});
afterEach(() => rm(folder, { recursive: true }));

const run = (command: string, values: readonly string[]) =>
  execFileSync(command, values, { stdio: 'ignore' });

/** Mounts a file system of 1 MiB at `path` if permitted; otherwise temporary files are opened on /dev/full. */
async function makeFullDisk(path: string): Promise<() => void> {
  await mkdir(path);
  try {
    run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
    return () => run('umount', [path]);
  } catch {
    const open = fsPromises.open;
    const spy = jest
      .spyOn(fsPromises, 'open')
      .mockImplementation((file, flags) => (flags === 'wx' ? open('/dev/full', 'w') : open(file, flags)));
    return () => spy.mockRestore();
  }
}

test('a full disk: the write fails with a message, and no partial file remains', async () => {
  const root = join(folder, 'small-disk');
  const undo = await makeFullDisk(root);
  try {
    const store = new DirectoryStore(root);
    for (const write of ['put', 'putIfAbsent'] as const) {
      await expect(store[write]('runs/r/big.bin', body)).rejects.toMatchObject({
        name: 'StoreNotWritable',
        message: expect.stringMatching(
          /^runs\/r\/big\.bin cannot be written to .*small-disk: the disk is full\. Free some space, or choose a store on another disk\. The system reported ENOSPC for /,
        ),
      });
    }
    expect(await readdir(join(root, '.store', 'tmp'))).toEqual([]);
    expect(await readdir(root)).toEqual(['.store']);
    expect(await store.head('runs/r/big.bin')).toBeUndefined();
  } finally {
    undo();
  }
});

/** Every call of a write fails once, like in the kernel. */
const refusals = [
  { errno: 'ENOSPC', says: 'the disk is full' },
  { errno: 'EDQUOT', says: 'your disk quota is used up' },
  { errno: 'EROFS', says: 'the file system is read-only' },
  { errno: 'EACCES', says: 'this user has no permission' },
  { errno: 'EPERM', says: 'the system does not permit it' },
  { errno: 'ENOTDIR', says: 'a part of the path is a file' },
  { errno: 'EXDEV', says: 'a part of the store is on another disk or mount' },
  { errno: 'ENOSYS', says: 'the file system has no hard links' },
  { errno: 'EFBIG', says: 'the file is larger than' },
] as const;
const calls = ['mkdir', 'open', 'rename'] as const;

describe.each(calls)('when %s fails', (call) => {
  const failOnce = (errno: string, failingPath: string) => {
    const original = fsPromises[call] as (...values: unknown[]) => Promise<unknown>;
    const spy = jest.spyOn(fsPromises, call);
    spy.mockImplementation((async (...values: unknown[]) => {
      if (!values.some((value) => String(value).includes(failingPath))) return original(...values);
      throw Object.assign(new Error(errno), {
        errno: -1,
        code: errno,
        syscall: call,
        path: String(values[0]),
      });
    }) as never);
    return spy;
  };

  test.each(refusals)('with $errno: $says', async ({ errno, says }) => {
    const store = new DirectoryStore(folder);
    await store.put('runs/old', small);
    const failingPath = call === 'open' ? join('.store', 'tmp') : join(folder, 'runs');
    const spy = failOnce(errno, failingPath);
    try {
      await expect(store.put('runs/old', body)).rejects.toMatchObject({
        name: 'StoreNotWritable',
        message: expect.stringContaining(`runs/old cannot be written to ${folder}: ${says}`),
        evidence: { key: 'runs/old', root: folder, errno },
      });
    } finally {
      spy.mockRestore();
    }
    expect(await readdir(join(folder, '.store', 'tmp'))).toEqual([]);
    expect(await readdir(join(folder, '.store', 'locks'))).toEqual([]);
    expect(await store.get('runs/old')).toEqual(small);
    await store.put('runs/old', body);
  });

  test('with EIO: it is transient', async () => {
    const store = new DirectoryStore(folder);
    await store.put('runs/old', small);
    const spy = failOnce('EIO', call === 'open' ? join('.store', 'tmp') : join(folder, 'runs'));
    try {
      await expect(store.put('runs/old', body)).rejects.toMatchObject({
        name: 'StoreUnavailable',
        message: expect.stringContaining('the system reported EIO'),
      });
    } finally {
      spy.mockRestore();
    }
  });
});

test.each(['artifacts', 'artifacts/below'])('a file where the folder %s should be', async (path) => {
  await writeFile(join(folder, 'artifacts'), 'a file');
  const store = new DirectoryStore(join(folder, path));

  for (const write of ['put', 'putIfAbsent'] as const) {
    await expect(store[write]('a', small)).rejects.toMatchObject({
      name: expect.stringMatching(/^(StoreNotWritable|InvalidInput)$/),
      message: expect.stringMatching(/is a file|a file is where a folder is needed/),
    });
  }
  const refusal = {
    name: 'InvalidInput',
    message: expect.stringMatching(/artifacts is a file, and a folder/),
  };
  await expect(store.head('a')).rejects.toMatchObject(refusal);
  await expect(store.get('a')).rejects.toMatchObject(refusal);
});

test('a folder in place of the file, and a file in place of a folder', async () => {
  const store = new DirectoryStore(folder);
  await store.put('runs/r', small);

  for (const [key, says] of [
    [
      'runs',
      `a folder is where the file is needed. Move that folder, or choose another store. The system reported EISDIR for ${join(folder, 'runs')}.`,
    ],
    ['runs/r/below', `The system reported EEXIST for ${join(folder, 'runs', 'r')}.`],
  ] as const) {
    for (const write of ['put', 'putIfAbsent'] as const) {
      await expect(store[write](key, small)).rejects.toMatchObject({
        name: 'StoreNotWritable',
        message: expect.stringContaining(says),
      });
    }
  }
  expect(await store.get('runs/r')).toEqual(small);
  expect(await readdir(join(folder, '.store', 'tmp'))).toEqual([]);
});

test('a file that may not be read', async () => {
  const store = new DirectoryStore(folder);
  await store.put('a', small);
  const spy = jest
    .spyOn(fsPromises, 'open')
    .mockRejectedValue(Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path: '/a' }));
  try {
    await expect(store.get('a')).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining(`a cannot be read from ${folder}: this user has no permission`),
    });
  } finally {
    spy.mockRestore();
  }
});

test.each([
  ['the store', 'store'],
  ['a folder in it', 'store/runs'],
  ['the file itself', 'store/runs/r/config.json'],
])('a dangling symbolic link is reported: %s', async (_, place) => {
  const link = join(folder, place);
  await mkdir(dirname(link), { recursive: true });
  await symlink('/nowhere/at-all', link);
  const store = new DirectoryStore(join(folder, 'store'));
  await expect(store.putIfAbsent('runs/r/config.json', small)).rejects.toMatchObject({
    name: 'StoreNotWritable',
    message: expect.stringContaining(`${link} is a symbolic link to /nowhere/at-all, which does not exist.`),
  });
});

describe('a store that is not a folder is not an empty store', () => {
  const listAll = async (store: DirectoryStore) => {
    for await (const { key } of store.list('')) throw new Error(key);
  };

  test('a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, small);
    const refusal = {
      name: 'InvalidInput',
      message: expect.stringMatching(/file is a file, and a folder is/),
    };
    await expect(listAll(new DirectoryStore(file))).rejects.toMatchObject(refusal);
    await expect(new DirectoryStore(file).get('runs/r/config.json')).rejects.toMatchObject(refusal);
    await expect(new DirectoryStore(file).head('runs/r/config.json')).rejects.toMatchObject(refusal);
  });

  test('a dangling link', async () => {
    const link = join(folder, 'link');
    await symlink('/nowhere/at-all', link);
    await expect(listAll(new DirectoryStore(link))).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(/link is a symbolic link to \/nowhere\/at-all/),
    });
  });

  test('an absent folder is an empty store', async () => {
    await expect(listAll(new DirectoryStore(join(folder, 'later')))).resolves.toBeUndefined();
    await writeFile(join(folder, 'a'), small);
    expect(await new DirectoryStore(folder).head('a/b')).toBeUndefined();
  });
});
