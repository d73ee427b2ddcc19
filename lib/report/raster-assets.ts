import { readFile } from 'node:fs/promises';
import { packageFile } from '../installation/package-file';

/** The files that drawing a PNG needs. */
export interface RasterAssets {
  readonly rendererWasm: Uint8Array;
  /** Inter, Latin, in the weights that the plots use: 400 and 600. */
  readonly fonts: readonly Uint8Array[];
}

export async function loadRasterAssets(): Promise<RasterAssets> {
  const [rendererWasm, regular, semiBold] = await Promise.all([
    readFile(packageFile('@resvg/resvg-wasm/index_bg.wasm')),
    readFile(packageFile('@fontsource/inter/files/inter-latin-400-normal.woff2')),
    readFile(packageFile('@fontsource/inter/files/inter-latin-600-normal.woff2')),
  ]);
  return { rendererWasm, fonts: [regular, semiBold] };
}
