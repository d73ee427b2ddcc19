/**
 * For `jest.mock`. Drawing is the most expensive part of a step that runs some hundred times, and the same drawing
 * gives the same PNG.
 */
export function cacheDrawings() {
  const { rasterize } = jest.requireActual('../../lib/report/rasterize');
  const drawn = new Map<string, Promise<Uint8Array>>();
  return {
    startRasterizer: () => {},
    rasterize: (svg: string) => {
      if (!drawn.has(svg)) drawn.set(svg, rasterize(svg));
      return drawn.get(svg);
    },
  };
}
