import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { loadRasterAssets } from './raster-assets';

let fontsReady: Promise<Uint8Array[]> | undefined;

/** The renderer can be initialized only once per process. */
function prepareFonts(): Promise<Uint8Array[]> {
  fontsReady ??= loadRasterAssets().then(async ({ rendererWasm, fonts }) => {
    // A copy: the renderer needs a whole ArrayBuffer, and a small Buffer is part of a shared pool.
    await initWasm(new Uint8Array(rendererWasm));
    return fonts.map((font) => new Uint8Array(font));
  });
  return fontsReady;
}

/**
 * SVG to PNG. Only the bundled fonts are used, so that every machine draws the same pixels; a glyph outside Latin
 * is left blank.
 *
 * @param scale - pixels per user unit.
 */
export async function drawPng(svg: string, scale: number): Promise<Uint8Array> {
  const fontBuffers = await prepareFonts();
  const renderer = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    background: '#ffffff',
    font: { fontBuffers, loadSystemFonts: false, defaultFontFamily: 'Inter', sansSerifFamily: 'Inter' },
  });
  const image = renderer.render();
  try {
    return image.asPng();
  } finally {
    image.free();
    renderer.free();
  }
}
