import { decode } from 'fast-png';
import { drawAccuracy } from '../../lib/report/plots/curves';
import { toStandaloneSvg } from '../../lib/report/plots/plot';
import { rasterize } from '../../lib/report/rasterize';
import { makeEpochs } from '../support/report-factory';

/** Pixels darker than mid-gray within the box, in pixels of the image. */
function countDarkPixels(png: Uint8Array, box?: { top: number; bottom: number }): number {
  const { data, width, height, channels } = decode(png);
  let dark = 0;
  for (let y = box?.top ?? 0; y < (box?.bottom ?? height); y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (data[(y * width + x) * channels]! < 128) dark += 1;
    }
  }
  return dark;
}

const drawWord = (style: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><text x="10" y="28" font-size="20" style="${style}">Mlqg8</text></svg>`;

test.each([
  { name: 'regular', style: 'font-family:Inter,sans-serif' },
  { name: 'semi-bold', style: 'font-family:Inter,sans-serif;font-weight:600' },
  { name: 'a missing font family', style: 'font-family:Nowhere' },
])('text is visible: $name', async ({ style }) => {
  expect(countDarkPixels(await rasterize(drawWord(style), 1))).toBeGreaterThan(80);
});

test('semi-bold has a face of its own', async () => {
  const regular = countDarkPixels(await rasterize(drawWord('font-family:Inter')));
  const semiBold = countDarkPixels(await rasterize(drawWord('font-family:Inter;font-weight:600')));
  expect(semiBold).toBeGreaterThan(regular * 1.15);
});

test('a plot has its title in it, at twice its natural size on white', async () => {
  const plot = drawAccuracy(makeEpochs());
  const svg = toStandaloneSvg(plot);
  const png = await rasterize(svg);
  const { width, height, data } = decode(png);
  expect([width, height]).toEqual([plot.width * 2, plot.height * 2]);
  expect(Array.from(data.slice(0, 3))).toEqual([255, 255, 255]);
  const titleRows = { top: 16, bottom: 56 };
  expect(countDarkPixels(png, titleRows)).toBeGreaterThan(500);
  const untitled = await rasterize(svg.replace(/<text class="title".*?<\/text>/, ''));
  expect(countDarkPixels(untitled, titleRows)).toBe(0);
});

test('the same image twice is the same file', async () => {
  const svg = toStandaloneSvg(drawAccuracy(makeEpochs()));
  expect(await rasterize(svg)).toEqual(await rasterize(svg));
});
