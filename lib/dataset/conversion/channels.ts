/**
 * ITU-R BT.601, rounded; in thousandths, so that gray stays exact.
 *
 * @param colors - [pixels, 3], red, green and blue.
 * @returns [pixels].
 */
export function toGray(colors: Uint8Array): Uint8Array {
  const gray = new Uint8Array(colors.length / 3);
  for (let pixel = 0; pixel < gray.length; pixel += 1) {
    const at = 3 * pixel;
    gray[pixel] = (299 * colors[at]! + 587 * colors[at + 1]! + 114 * colors[at + 2]! + 500) / 1000;
  }
  return gray;
}

/**
 * @param gray - [pixels].
 * @returns [pixels, 3].
 */
export function toColor(gray: Uint8Array): Uint8Array {
  const colors = new Uint8Array(3 * gray.length);
  for (let at = 0; at < colors.length; at += 1) colors[at] = gray[Math.floor(at / 3)]!;
  return colors;
}
