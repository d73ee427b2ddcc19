import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryStore } from '../../lib/store/directory-store';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
let count = 0;
/** Stores of several processes in one folder. */
function openStores() {
  count += 1;
  const location = join(folder, `store-${count}`);
  return { location, open: () => new DirectoryStore(location) };
}

test('one process at a time has a work for itself, until it releases it', async () => {
  const { open } = openStores();
  const held = await open().hold('runs/a/');
  if (!('release' in held)) throw new Error('The work is free.');
  expect(await open().hold('runs/a/')).toEqual({
    holder: {
      host: expect.any(String),
      pid: String(process.pid),
      since: expect.anything(),
      path: expect.stringContaining('.store/held/'),
    },
  });
  expect(await open().hold('runs/b/')).toHaveProperty('release');
  await held.release();
  expect(await open().hold('runs/a/')).toHaveProperty('release');
});

test('of several that begin at once, one has it', async () => {
  const { open } = openStores();
  const holds = await Promise.all(Array.from({ length: 8 }, () => open().hold('runs/a/')));
  expect(holds.filter((hold) => 'release' in hold)).toHaveLength(1);
});

/** Lets a process with this name hold the work. */
async function holdAs(rename: (parts: string[]) => string[]) {
  const { location, open } = openStores();
  await open().hold('runs/a/');
  const held = join(location, '.store/held');
  const path = join(held, readdirSync(held)[0]!);
  writeFileSync(path, rename(readFileSync(path, 'utf8').split('.')).join('.'));
  return open();
}

test('a dead process loses it, and a process of another machine may be alive', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const ofDead = await holdAs(([host, , , id]) => [host!, String(pid), '1', id!]);
  expect(await ofDead.hold('runs/a/')).toHaveProperty('release');
  const ofOther = await holdAs(() => ['elsewhere', '17', '1', 'id']);
  expect(await ofOther.hold('runs/a/')).toMatchObject({ holder: { host: 'elsewhere', pid: '17' } });
});

test('a hold that was deleted, and taken by another process, stays that one’s', async () => {
  const { location, open } = openStores();
  const first = await open().hold('runs/a/');
  const held = join(location, '.store/held');
  rmSync(join(held, readdirSync(held)[0]!));
  await open().hold('runs/a/');
  if ('release' in first) await first.release();
  expect(await open().hold('runs/a/')).toHaveProperty('holder');
});

test('a folder that cannot be written is refused like any write', async () => {
  const { location, open } = openStores();
  mkdirSync(location);
  writeFileSync(join(location, '.store'), '');
  await expect(open().hold('runs/a/')).rejects.toMatchObject({ name: 'StoreNotWritable' });
});
