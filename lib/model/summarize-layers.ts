import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A line of Keras' `model.summary()`. */
export interface LayerSummary {
  readonly name: string;
  readonly className: string;
  /** Of one image, without the batch. */
  readonly outputShape: readonly number[];
  readonly parameterCount: number;
}

export function summarizeLayers({ layers }: Pick<LayersModel, 'layers'>): LayerSummary[] {
  return layers.map((layer) => ({
    name: layer.name,
    className: layer.getClassName(),
    outputShape: (layer.outputShape as (number | null)[]).slice(1).map(Number),
    parameterCount: layer.countParams(),
  }));
}
