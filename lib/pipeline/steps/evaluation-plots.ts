import { objectKeys } from '../../contracts/object-keys';
import type { Prediction } from '../../contracts/results';
import type { LabeledImages } from '../../dataset/load-split';
import type { MetricValues } from '../../evaluation/metrics';
import { pickImage } from '../../report/byte-image';
import { drawConfusionMatrix } from '../../report/plots/confusion-matrix';
import { drawAccuracy, drawLoss } from '../../report/plots/curves';
import { drawFirstTen } from '../../report/plots/first-ten';
import { type Plot, toStandaloneSvg } from '../../report/plots/plot';
import { rasterize } from '../../report/rasterize';
import type { ObjectStore } from '../../store/object-store';
import type { TrainedRun } from '../trained-run';

/** Draws the plots of a run, and writes each as SVG and PNG. */
export async function writePlots(
  store: ObjectStore,
  run: TrainedRun,
  metrics: MetricValues,
  predictions: readonly Prediction[],
  testImages: LabeledImages,
): Promise<void> {
  for (const plot of drawPlots(run, metrics, predictions, testImages)) {
    const svg = toStandaloneSvg(plot);
    await store.put(objectKeys.plot(run.runId, plot.name, 'svg'), new TextEncoder().encode(svg));
    await store.put(objectKeys.plot(run.runId, plot.name, 'png'), await rasterize(svg));
  }
}

function drawPlots(
  { epochs, config, training }: TrainedRun,
  metrics: MetricValues,
  predictions: readonly Prediction[],
  testImages: LabeledImages,
): Plot[] {
  const images = predictions.map(({ index }) => pickImage(testImages, index));
  const modelEpoch = training.epoch;
  return [
    drawAccuracy(epochs, { modelEpoch }),
    drawLoss(epochs, { modelEpoch, hasPenalty: config.l2 > 0 }),
    drawConfusionMatrix(metrics),
    drawFirstTen(predictions, images),
  ];
}
