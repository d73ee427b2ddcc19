import type { CanvasKit } from 'canvaskit-wasm';
import { PermanentError } from '../contracts/errors';
import { packageFile } from '../installation/package-file';
import type { ImageHeader } from './formats/image-header';
import { readImageHeader } from './formats/read-header';
import { turnUpright } from './turn-upright';

export interface DecodedImage {
  /** [height · width · 4] red, green, blue and opacity from 0 to 255, row-major; color is not multiplied by opacity. */
  readonly rgba: Uint8Array;
  /** [height, width] in pixels, upright. */
  readonly shape: readonly [number, number];
  /** PNG, JPEG, WebP, BMP or GIF. */
  readonly format: string;
  /** Whether the encoder changed values, mainly near edges. */
  readonly isLossy: boolean;
}

/** 200 MB as red, green, blue and opacity; the photo of a phone has 12 to 50 million. */
const maxPixels = 50_000_000;

/**
 * The pixels of a PNG, JPEG, WebP, BMP or GIF of any bit depth, upright by its EXIF orientation; of an animation, the
 * first frame. Colors are as stored, without color profile and gamma, like in Pillow and Keras.
 *
 * @param fileName - for messages.
 * @throws PermanentError InvalidInput for another format, a damaged file, and more than 50 million pixels, which is
 *   checked in the header before anything is decompressed.
 */
export async function decodeImage(bytes: Uint8Array, fileName: string): Promise<DecodedImage> {
  const header = readImageHeader(bytes, fileName);
  assertSize(header, fileName);
  const kit = await loadCanvasKit();
  const decoded = decodeOrThrow(kit, header, fileName);
  return {
    ...turnUpright(decoded, header.orientation),
    format: header.format,
    isLossy: header.isLossy,
  };
}

function assertSize({ shape: [height, width] }: ImageHeader, fileName: string): void {
  if (height > 0 && width > 0 && height * width <= maxPixels) return;
  throw new PermanentError(
    'InvalidInput',
    `${fileName} has ${width}×${height} pixels by its header, and 1 to ${maxPixels / 1e6} million pixels are allowed. Scale it down, or save it again if the header is wrong.`,
    { evidence: { fileName, width, height, maxPixels } },
  );
}

interface Pixels {
  readonly rgba: Uint8Array;
  readonly shape: readonly [number, number];
}

function decodeOrThrow(kit: CanvasKit, header: ImageHeader & { format: string }, fileName: string): Pixels {
  const refused = (cause?: unknown) =>
    new PermanentError(
      'InvalidInput',
      `${fileName} is a damaged ${header.format}: its pixels cannot be decoded. Save the image again and try that file.`,
      { evidence: { fileName, format: header.format }, cause },
    );
  try {
    const pixels = readPixels(kit, header.pixelBytes);
    if (pixels !== undefined) return pixels;
  } catch (cause) {
    // A WebAssembly instance must not be used after a trap.
    loading = undefined;
    throw refused(cause);
  }
  throw refused();
}

function readPixels(kit: CanvasKit, bytes: Uint8Array): Pixels | undefined {
  const image = kit.MakeImageFromEncoded(bytes);
  if (image === null) return undefined;
  const colorSpace = image.getColorSpace();
  try {
    const [height, width] = [image.height(), image.width()];
    const { RGBA_8888: colorType } = kit.ColorType;
    const { Unpremul: alphaType } = kit.AlphaType;
    const rgba = image.readPixels(0, 0, { width, height, colorType, alphaType, colorSpace });
    return rgba === null ? undefined : { rgba: rgba as Uint8Array, shape: [height, width] };
  } finally {
    colorSpace.delete();
    image.delete();
  }
}

let loading: Promise<CanvasKit> | undefined;

/** Skia, Chrome's image decoder, in WebAssembly; started for the first image. */
function loadCanvasKit(): Promise<CanvasKit> {
  loading ??= import('canvaskit-wasm').then(({ default: start }) =>
    start({ locateFile: (file) => packageFile(`canvaskit-wasm/bin/${file}`) }),
  );
  return loading;
}
