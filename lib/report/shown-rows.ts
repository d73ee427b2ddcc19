import { valuesPerImage } from '../contracts/image-shape';
import { chooseCellImages } from './cell-images';
import { maxTableClasses } from './confusion-table';
import type { ReportData } from './report-data';

/** The test images that the report and the plots need: at most a few thousand, however many there are. */
export function shownRows(
  { metrics, predictions, testPredictions }: Pick<ReportData, 'metrics' | 'predictions' | 'testPredictions'>,
  imageShape: Parameters<typeof valuesPerImage>[0],
): Set<number> {
  const cells =
    metrics.confusionMatrix.length <= maxTableClasses
      ? chooseCellImages(testPredictions, valuesPerImage(imageShape))
      : [];
  return new Set([
    // Its shape is the shape of all.
    0,
    ...predictions.map(({ index }) => index),
    ...metrics.worstMistakes.map(({ index }) => index),
    ...cells.flatMap(({ rows }) => rows),
  ]);
}
