import { encode, type ImageData } from 'fast-png';
import { readPicture } from '../../lib/dataset/read-picture';

/** 3 wide, 2 high. */
const png = (image: Partial<ImageData>) =>
  encode({ width: 3, height: 2, data: new Uint8Array(6), channels: 1, ...image });

test.each<[string, Partial<ImageData>, number[]]>([
  ['grey', { data: Uint8Array.of(0, 51, 255, 1, 2, 3), channels: 1 }, [0, 51, 255, 1, 2, 3]],
  [
    'grey, 16 bits',
    { data: Uint16Array.of(0, 257, 65535, 514, 771, 0), channels: 1, depth: 16 },
    [0, 1, 255, 2, 3, 0],
  ],
  [
    'grey with alpha: transparent is black',
    { data: Uint8Array.of(255, 0, 255, 255, 255, 51, 0, 0, 0, 255, 10, 255), channels: 2 },
    [0, 255, 51, 0, 0, 10],
  ],
  [
    'colour: red, green, blue, white, black, grey',
    {
      data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 9, 9, 9),
      channels: 3,
    },
    [0.299 * 255, 0.587 * 255, 0.114 * 255, 255, 0, 9],
  ],
])('%s', (_, image, expected) => {
  const pixels = readPicture(png(image), [2, 3], 'digit.png');
  expect(Array.from(pixels, (grey) => grey * 255)).toEqual(expected.map((grey) => expect.closeTo(grey, 3)));
});

/** Made by Python's zlib: what our encoder does not write. */
test.each([
  [
    '1 bit a pixel, rows 101 and 010',
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAQAAAAC1D1u3AAAADElEQVR4nGNYwOAAAAIkAOFz6zvyAAAAAElFTkSuQmCC',
    [255, 0, 255, 0, 255, 0],
  ],
  [
    'a palette of black, white and 10 at 2 bits a pixel',
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAgMAAADgGo6JAAAACVBMVEUAAAD///8KCgpkawczAAAADElEQVR4nGOQYPAAAACUAGE/iFRbAAAAAElFTkSuQmCC',
    [0, 255, 10, 255, 0, 10],
  ],
])('%s', (_, base64, expected) => {
  const pixels = readPicture(Buffer.from(base64, 'base64'), [2, 3], 'digit.png');
  expect(Array.from(pixels, (grey) => Math.round(grey * 255))).toEqual(expected);
});

test.each<[string, Uint8Array, RegExp]>([
  ['another size', png({ width: 2, height: 3 }), /digit\.png is 2×3 pixels, .* trained on 3×2.*Scale it/],
  [
    'text',
    Buffer.from('<html>hello</html>'),
    /digit\.png is not a PNG: its 18 bytes begin with 0x3c68746d6c3e6865/,
  ],
  ['an empty file', new Uint8Array(0), /is not a PNG: its 0 bytes begin with nothing/],
  ['a truncated PNG', png({}).subarray(0, 50), /damaged PNG/],
  ['an altered PNG', png({}).map((byte, index) => (index === 45 ? byte ^ 1 : byte)), /damaged PNG/],
])('%s is refused', (_, bytes, message) => {
  expect(() => readPicture(bytes, [2, 3], 'digit.png')).toThrow(
    expect.objectContaining({ name: 'InvalidInput' }),
  );
  expect(() => readPicture(bytes, [2, 3], 'digit.png')).toThrow(message);
});

test('a header that claims a huge picture costs nothing', () => {
  const bytes = png({});
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, 2 ** 31);
  expect(() => readPicture(bytes, [2, 3], 'bomb.png')).toThrow('bomb.png is 2147483648×2 pixels');
});
