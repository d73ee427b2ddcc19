import { TrialProcesses } from '../../../lib/pipeline/sweep/trial-processes';
import { MemoryStore } from '../../../lib/store/memory-store';

const gib = 2 ** 30;

test.each([
  [2, 1.6],
  [1, 0.1],
])('%i processes fit in %d GiB', async (count, memory) => {
  await new TrialProcesses(new MemoryStore(), count, memory * gib).close();
});

test('more processes than the memory has room for are refused, with the number that fits', () => {
  expect(() => new TrialProcesses(new MemoryStore(), 4, 2 * gib)).toThrow(
    '4 trials side by side (--max-parallel) need 3.1 GiB for their processes alone, and this machine has 2.0 GiB. At most 2 fit.',
  );
});
