import { readFile } from 'node:fs/promises';

/** The bytes that drawing a PNG needs. A bundle replaces this module by one with the bytes inside. */
export interface RasterAssets {
  readonly rendererWasm: Uint8Array;
  /** Inter, Latin, in the weights that the plots use: 400 and 600. */
  readonly fonts: readonly Uint8Array[];
}

export async function loadRasterAssets(): Promise<RasterAssets> {
  const [rendererWasm, regular, semiBold] = await Promise.all([
    readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')),
    readFile(require.resolve('@fontsource/inter/files/inter-latin-400-normal.woff2')),
    readFile(require.resolve('@fontsource/inter/files/inter-latin-600-normal.woff2')),
  ]);
  return { rendererWasm, fonts: [regular, semiBold] };
}
