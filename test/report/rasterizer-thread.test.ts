import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RasterizerThread } from '../../lib/report/rasterizer-thread';
import { useScratchFolder } from '../support/scratch-folder';

const program = join(useScratchFolder(), 'program.mjs');
writeFileSync(
  program,
  `import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ id, svg, scale }) => {
    if (svg === 'crash') throw new Error('crashed');
    parentPort.postMessage(svg === 'refused' ? { id, error: new Error(svg) } : { id, png: Uint8Array.of(svg.length, scale) });
  });`,
);

test('every request gets its own answer or error', async () => {
  const thread = new RasterizerThread(program);
  const drawn = await Promise.allSettled(['a', 'refused', 'abc'].map((svg) => thread.draw(svg, 2)));
  expect(drawn).toEqual([
    { status: 'fulfilled', value: Uint8Array.of(1, 2) },
    { status: 'rejected', reason: expect.objectContaining({ message: 'refused' }) },
    { status: 'fulfilled', value: Uint8Array.of(3, 2) },
  ]);
});

test('a crash fails what waits, and everything later', async () => {
  const thread = new RasterizerThread(program);
  const waiting = await Promise.allSettled(['crash', 'a'].map((svg) => thread.draw(svg, 2)));
  expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(thread.draw('a', 2)).rejects.toMatchObject({ message: 'crashed' });
});
