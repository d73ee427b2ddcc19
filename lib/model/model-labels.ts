import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { indexNames } from '../contracts/class-names';
import { classNamesSchema } from '../contracts/class-names-schema';

/** How an image becomes an input of the model, so that it is like those of the training. */
const preparationSchema = z.object({
  /** One drawing in light ink on 0, in a box in the middle, as in MNIST. */
  isCentered: z.boolean(),
  /** Dark ink on a light ground became light ink on a dark one. */
  isInverted: z.boolean(),
});
export type Preparation = Readonly<z.infer<typeof preparationSchema>>;

/** Models that do not say it are of centered digits, as all were in earlier versions, unless they take color images. */
export const preparationOf = (known: Preparation | undefined, imageShape: readonly number[]): Preparation =>
  known ?? { isCentered: imageShape.length === 2, isInverted: false };

/** What the numbers that go into a model and come out of it mean. */
export interface ModelLabels {
  /** [classes]. */
  readonly classNames: readonly string[];
  /** The pixel value of the data that became 1: without black, the model takes pixel values divided by it. */
  readonly white: number;
  /** The pixel value of the data that became 0. @default 0 */
  readonly black?: number | undefined;
  /** Unknown for models of earlier versions and of other programs. */
  readonly preparation?: Preparation | undefined;
}

/** The white of 8-bit images. */
export const defaultWhite = 255;

/** `userDefinedMetadata` of model.json, which TensorFlow.js keeps with a model. */
export const modelMetadataSchema = z.looseObject({
  classNames: classNamesSchema.optional(),
  white: z.number().positive().optional(),
  black: z.number().optional(),
  preparation: preparationSchema.optional(),
});
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

/** The model carries them from now on, and `saveModel` and `exportModel` store them. */
export function attachLabels(model: LayersModel, { classNames, ...others }: ModelLabels): void {
  model.setUserDefinedMetadata({ classNames: [...classNames], ...others });
}

/** Those of a model; of one without any, numbers as names and 255 as white. */
export function labelsOf(model: LayersModel): ModelLabels {
  const metadata = modelMetadataSchema.safeParse(model.getUserDefinedMetadata() ?? {}).data;
  return completeLabels(metadata, model.outputs[0]!.shape.at(-1)!);
}

/** @param classes - of the model; names of another number of classes are not those of the model. */
export function completeLabels(
  { classNames, white = defaultWhite, black, preparation }: ModelMetadata = {},
  classes: number,
): ModelLabels {
  const names = classNames?.length === classes ? classNames : indexNames(classes);
  return {
    classNames: names,
    white,
    ...(black !== undefined && { black }),
    ...(preparation && { preparation }),
  };
}
