import { setTimeout as pause } from 'node:timers/promises';
import * as fc from 'fast-check';
import { forEachConcurrently } from '../../lib/dataset/for-each-concurrently';

test('property: every item once, in order, and never more than the limit at a time', async () => {
  const durations = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(durations, fc.integer({ min: 1, max: 4 }), async (items, limit) => {
      const started: number[] = [];
      let [running, most] = [0, 0];
      await forEachConcurrently(items.entries(), limit, async ([index, milliseconds]) => {
        started.push(index);
        running += 1;
        most = Math.max(most, running);
        await pause(milliseconds);
        running -= 1;
      });
      expect(started).toEqual([...items.keys()]);
      expect([running, most]).toEqual([0, Math.min(limit, items.length)]);
    }),
  );
});

test('after a failure nothing is started, and started work ends before the error is thrown', async () => {
  const events: string[] = [];
  const work = async (item: number) => {
    events.push(`start ${item}`);
    if (item === 1) throw new Error('failed');
    await pause(5);
    events.push(`end ${item}`);
  };
  await expect(forEachConcurrently([0, 1, 2, 3], 2, work)).rejects.toThrow('failed');
  expect(events).toEqual(['start 0', 'start 1', 'end 0']);
});
