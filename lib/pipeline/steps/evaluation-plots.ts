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

export interface DrawnPlot {
  readonly name: Plot['name'];
  readonly svg: string;
  readonly png: Uint8Array;
}

/** The plots of a run, as SVG and PNG. Where a thread draws the PNGs, the caller can do something else meanwhile. */
export function drawPlots(
  run: TrainedRun,
  metrics: MetricValues,
  predictions: readonly Prediction[],
  testImages: LabeledImages,
): Promise<DrawnPlot[]> {
  const plots = plotsOf(run, metrics, predictions, testImages);
  return Promise.all(
    plots.map(async (plot) => {
      const svg = toStandaloneSvg(plot);
      return { name: plot.name, svg, png: await rasterize(svg) };
    }),
  );
}

export async function writePlots(
  store: ObjectStore,
  { runId }: TrainedRun,
  plots: readonly DrawnPlot[],
): Promise<void> {
  for (const { name, svg, png } of plots) {
    await store.put(objectKeys.plot(runId, name, 'svg'), new TextEncoder().encode(svg));
    await store.put(objectKeys.plot(runId, name, 'png'), png);
  }
}

function plotsOf(
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
