import { makePng } from './make-png';

/**
 * For `jest.mock` of lib/report/rasterize, where a test trains and reads no plot: each PNG is one white pixel. Drawing
 * takes half the time of a tiny training.
 */
export function blankDrawings() {
  const png = makePng({ shape: [1, 1], samples: [255], color: 'gray', depth: 8 });
  return { startRasterizer: () => {}, rasterize: async () => png };
}
