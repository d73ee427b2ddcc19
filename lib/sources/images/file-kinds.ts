/** What operating systems and archive programs leave beside files. Hidden files are not listed at all. */
export const isLeftover = (name: string): boolean =>
  /(^|\/)(thumbs\.db|desktop\.ini)$|(^|\/)__MACOSX\//i.test(name);

/**
 * Endings of pictures, also of kinds that cannot be read: such a file is reported as an unreadable image. Files with other
 * endings are images if some of them begin like one.
 */
export const imageExtensions: ReadonlySet<string> = new Set(
  'png apng jpg jpeg jpe jfif webp bmp dib gif tif tiff heic heif avif jp2 jxl svg ico pcx pbm pgm ppm pnm tga psd dng'.split(
    ' ',
  ),
);
