import { printableNames } from '../../contracts/class-names';
import { objectKeys } from '../../contracts/object-keys';
import type { Prediction } from '../../contracts/results';
import type { MetricValues } from '../../evaluation/metrics';
import { extraLosses } from '../../model/describe-training';
import type { ByteImage } from '../../report/byte-image';
import { drawableNames } from '../../report/class-labels';
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

/**
 * The curves of the training, which need no evaluation. Where a thread draws the PNGs, the caller can do something else
 * meanwhile; a failure is reported where the result is awaited.
 */
export function drawCurves({ epochs, config, training }: TrainedRun): Promise<DrawnPlot[]> {
  const modelEpoch = training.epoch;
  const drawn = drawAll([
    { plot: drawAccuracy(epochs, { modelEpoch }) },
    { plot: drawLoss(epochs, { modelEpoch, extras: extraLosses(config) }) },
  ]);
  drawn.catch(() => {});
  return drawn;
}

/** The plots of the evaluation. */
export function drawResults(
  { config, labels }: TrainedRun,
  metrics: MetricValues,
  predictions: readonly Prediction[],
  imageOf: (index: number) => ByteImage,
): Promise<DrawnPlot[]> {
  const images = predictions.map(({ index }) => imageOf(index));
  const names = printableNames(labels.classNames);
  const { evaluateOn } = config;
  const namesInPng = drawableNames(names);
  return drawAll([
    {
      plot: drawConfusionMatrix(metrics, names, evaluateOn),
      asPng: drawConfusionMatrix(metrics, namesInPng, evaluateOn),
    },
    {
      plot: drawFirstTen(predictions, images, names, evaluateOn),
      asPng: drawFirstTen(predictions, images, namesInPng, evaluateOn),
    },
  ]);
}

/** As SVG, and as PNG, whose font has fewer characters than a browser's. @param asPng - @default the same */
function drawAll(plots: readonly { readonly plot: Plot; readonly asPng?: Plot }[]): Promise<DrawnPlot[]> {
  return Promise.all(
    plots.map(async ({ plot, asPng = plot }) => {
      const png = await rasterize(toStandaloneSvg(asPng));
      return { name: plot.name, svg: toStandaloneSvg(plot), png };
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
