import { channelsOf, valuesPerImage, withSides } from '../contracts/image-shape';
import type { PredictionColumns } from '../evaluation/test-predictions';
import { type ByteImage, imageDataUrl } from './byte-image';
import { nameInText } from './class-labels';
import { escapeJson } from './escape-markup';
import type { Markup } from './markup-blocks';
import type { ReportData } from './report-data';

interface CellImages {
  readonly label: number;
  readonly predicted: number;
  /** All test images of this cell; `rows` are those that are shown. */
  readonly count: number;
  readonly rows: readonly number[];
}

/** For all images together; 900,000 bytes of MNIST are a PNG of about 300 kB, and noise of 900 kB. */
const maxSheetBytes = 900_000;
const sheetColumns = 25;
const maxImagesPerCell = 42;

/**
 * Chooses the images that the page shows for each cell of the confusion matrix: of mistakes the most confident first, of
 * correct predictions the least confident first. The limit is the same number for every cell, so it shortens the
 * largest cells only.
 */
export function chooseCellImages(
  { labels, predicted, confidence }: PredictionColumns,
  imageBytes: number,
): CellImages[] {
  const cells = new Map<string, { label: number; predicted: number; rows: number[] }>();
  labels.forEach((label, row) => {
    const key = `${label}-${predicted[row]}`;
    const cell = cells.get(key) ?? { label, predicted: predicted[row]!, rows: [] };
    cells.set(key, cell);
    cell.rows.push(row);
  });
  for (const { label, predicted: answer, rows } of cells.values()) {
    const direction = label === answer ? 1 : -1;
    rows.sort((a, b) => direction * (confidence[a]! - confidence[b]!) || a - b);
  }
  const perCell = imagesPerCell([...cells.values()], Math.floor(maxSheetBytes / imageBytes));
  return [...cells.values()].map(({ rows, ...cell }) => ({
    ...cell,
    count: rows.length,
    rows: rows.slice(0, perCell),
  }));
}

/** The largest number for all cells that keeps the sum within the limit. */
function imagesPerCell(cells: readonly { rows: readonly number[] }[], maxImages: number): number {
  const total = (perCell: number) => cells.reduce((sum, { rows }) => sum + Math.min(perCell, rows.length), 0);
  let perCell = 0;
  while (perCell < maxImagesPerCell && total(perCell + 1) <= maxImages) perCell += 1;
  return perCell;
}

/**
 * All images on one sheet, and an index of the sheet for the page's script. A sheet of a thousand images has a quarter
 * of the size of a thousand files.
 */
export function cellImagesMarkup(
  cells: readonly CellImages[],
  imageOf: (row: number) => ByteImage,
  { confidence, classNames }: PredictionColumns & Pick<ReportData, 'classNames'>,
): Markup {
  const rows = cells.flatMap((cell) => cell.rows);
  if (rows.length === 0) return '';
  const [height, width] = imageOf(rows[0]!).shape;
  const sheet = drawSheet(rows.map(imageOf));
  let position = 0;
  const contents = cells.map((cell) => {
    const first = position;
    position += cell.rows.length;
    const images = cell.rows.map((row) => [row, Math.round(confidence[row]! * 1000) / 10]);
    return [`${cell.label}-${cell.predicted}`, { count: cell.count, first, images }] as const;
  });
  const names = classNames.map((name) => nameInText(name));
  const index = { width, height, columns: sheetColumns, names, cells: Object.fromEntries(contents) };
  return (
    `<img id="cell-sheet" alt="" hidden src="${sheet}">` +
    `<script type="application/json" id="cell-images">${escapeJson(index)}</script>`
  );
}

function drawSheet(images: readonly ByteImage[]): string {
  const { shape } = images[0]!;
  const [height, width] = shape;
  const lineBytes = width * channelsOf(shape);
  const columns = Math.min(sheetColumns, images.length);
  const sheetShape = withSides(shape, Math.ceil(images.length / columns) * height, columns * width);
  const sheet = new Uint8Array(valuesPerImage(sheetShape));
  for (const [position, { pixels }] of images.entries()) {
    const left = (position % columns) * lineBytes;
    const top = Math.floor(position / columns) * height;
    for (let y = 0; y < height; y += 1)
      sheet.set(pixels.subarray(y * lineBytes, (y + 1) * lineBytes), (top + y) * columns * lineBytes + left);
  }
  return imageDataUrl({ pixels: sheet, shape: sheetShape });
}
