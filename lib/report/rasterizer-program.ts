import { parentPort } from 'node:worker_threads';
import { drawPng } from './draw-png';
import type { DrawAnswer, DrawRequest } from './rasterizer-thread';

/** The program of `RasterizerThread`. */
parentPort?.on('message', async ({ id, svg, scale }: DrawRequest) => {
  const answer: DrawAnswer = await drawPng(svg, scale).then(
    (png) => ({ id, png }),
    (error: unknown) => ({ id, error }),
  );
  parentPort?.postMessage(answer);
});
