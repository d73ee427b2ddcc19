import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { drawPng } from './draw-png';
import { RasterizerThread } from './rasterizer-thread';

/** Where the program is built, scripts/build.js puts it beside this file. */
const threadProgram = join(__dirname, 'rasterizer-program.mjs');
let thread: RasterizerThread | undefined;

/**
 * SVG to PNG, with the same pixels on every machine. A built program draws on another thread; from sources and in a
 * Lambda function, which is one bundle, on this one.
 *
 * @param scale - pixels per user unit. @default 2
 */
export async function rasterize(svg: string, scale = 2): Promise<Uint8Array> {
  if (thread === undefined && existsSync(threadProgram)) thread = new RasterizerThread(threadProgram);
  return thread === undefined ? drawPng(svg, scale) : thread.draw(svg, scale);
}

/**
 * Starts the other thread, where there is one, so that the first plot does not wait for it: its WebAssembly is compiled
 * and its fonts are loaded by drawing a word.
 */
export function startRasterizer(): void {
  if (!existsSync(threadProgram)) return;
  const word = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text y="16">acc</text></svg>';
  // A failure comes again with the first plot.
  rasterize(word).catch(() => {});
}
