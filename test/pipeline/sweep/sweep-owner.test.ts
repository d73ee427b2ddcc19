import { spawnSync } from 'node:child_process';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { ownSweep } from '../../../lib/pipeline/sweep/sweep-owner';
import { newOwnedName } from '../../../lib/store/directory-owner';
import { encodeJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';

const key = objectKeys.sweepOwner('friday');
const ownedBy = (owner: string | null) => encodeJson({ schemaVersion: 1, sweepId: 'friday', owner });
const refused = { name: 'RunExists', message: expect.stringContaining('The sweep "friday" in memory:') };

test('one process at a time runs a sweep', async () => {
  const store = new MemoryStore();
  const release = await ownSweep(store, 'friday');
  await expect(ownSweep(store, 'friday')).rejects.toMatchObject(refused);
  await release();
  await (await ownSweep(store, 'friday'))();
});

test('of several that begin at once, one owns the sweep', async () => {
  const store = new MemoryStore();
  const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => ownSweep(store, 'friday')));
  expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a dead process of this machine loses its place', async () => {
  const store = new MemoryStore();
  const { pid } = spawnSync(process.execPath, ['--version']);
  const [host, , , id] = newOwnedName().split('.');
  await store.put(key, ownedBy([host, pid, 1, id].join('.')));
  await expect(ownSweep(store, 'friday')).resolves.toBeInstanceOf(Function);
});

test('a process of another machine may be alive', async () => {
  const store = new MemoryStore();
  await store.put(key, ownedBy('elsewhere.17.1.id'));
  await expect(ownSweep(store, 'friday')).rejects.toMatchObject({
    name: 'RunExists',
    message: expect.stringContaining('is run by process 17 on elsewhere'),
  });
});

test('who lost its place does not release the sweep of another', async () => {
  const store = new MemoryStore();
  const release = await ownSweep(store, 'friday');
  await store.put(key, ownedBy('elsewhere.17.1.id'));
  await release();
  await expect(ownSweep(store, 'friday')).rejects.toMatchObject(refused);
});
