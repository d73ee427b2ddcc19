import type { LayersModel } from '@tensorflow/tfjs-layers';

type Layer = LayersModel['layers'][number];

/** A line of Keras' `model.summary()`. */
export interface LayerSummary {
  readonly name: string;
  readonly className: string;
  /** Of one image, without the batch. A layer that is used on inputs of several shapes has several. */
  readonly outputShapes: readonly (readonly number[])[];
  readonly parameterCount: number;
  /** Those that the optimizer changes: all but moving statistics and frozen weights. */
  readonly trainedCount: number;
}

export function summarizeLayers({ layers }: Pick<LayersModel, 'layers'>): LayerSummary[] {
  return layers.map((layer) => ({
    name: layer.name,
    className: layer.getClassName(),
    outputShapes: listOutputShapes(layer),
    parameterCount: layer.countParams(),
    trainedCount: layer.trainableWeights.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  }));
}

export const countTrained = (layers: readonly Pick<LayerSummary, 'trainedCount'>[]) =>
  layers.reduce((sum, { trainedCount }) => sum + trainedCount, 0);

/** One for each different shape, in the order of the layer's uses. */
function listOutputShapes({ inboundNodes }: Layer): number[][] {
  const shapes = inboundNodes.map(({ outputShapes }) => (outputShapes[0] as (number | null)[]).slice(1));
  const distinct = new Map(shapes.map((shape) => [shape.join(), shape.map(Number)]));
  return [...distinct.values()];
}

const sizeOf = (shape: readonly (number | null)[]) =>
  shape.reduce<number>((size, side) => size * (side ?? 1), 1);
