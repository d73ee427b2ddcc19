import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { classNamesSchema, indexNames } from '../contracts/class-names';

/** What the numbers that go into a model and come out of it mean. */
export interface ModelLabels {
  /** [classes]. */
  readonly classNames: readonly string[];
  /** The pixel value of the data that became 1: the model takes pixel values divided by it. */
  readonly white: number;
}

/** The white of 8-bit images. */
export const defaultWhite = 255;

/** `userDefinedMetadata` of model.json, which TensorFlow.js keeps with a model. */
export const modelMetadataSchema = z.looseObject({
  classNames: classNamesSchema.optional(),
  white: z.number().positive().optional(),
});
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

/** The model carries them from now on, and `saveModel` and `exportModel` store them. */
export function attachLabels(model: LayersModel, { classNames, white }: ModelLabels): void {
  model.setUserDefinedMetadata({ classNames: [...classNames], white });
}

/** Those of a model; of one without any, numbers as names and 255 as white. */
export function labelsOf(model: LayersModel): ModelLabels {
  const metadata = modelMetadataSchema.safeParse(model.getUserDefinedMetadata() ?? {}).data;
  return completeLabels(metadata, model.outputs[0]!.shape.at(-1)!);
}

/** @param classes - of the model; names of another number of classes are not those of the model. */
export function completeLabels(
  { classNames, white = defaultWhite }: ModelMetadata = {},
  classes: number,
): ModelLabels {
  return { classNames: classNames?.length === classes ? classNames : indexNames(classes), white };
}
