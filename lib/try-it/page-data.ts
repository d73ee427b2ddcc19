import type { TryItExamples } from '../contracts/try-it-examples';
import type { Preparation } from '../model/model-labels';

/** The model as TensorFlow.js loads it from memory. */
export interface PageModel {
  /** `modelTopology` of model.json. */
  readonly topology: object;
  readonly weightSpecs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: string;
  }[];
  /** All weights in the order of `weightSpecs`, little-endian, in base64. */
  readonly weights: string;
}

/** The data that the page's script reads from the page itself, as JSON. */
export interface PageData {
  readonly model: PageModel;
  readonly examples?: Pick<TryItExamples, 'imageShape' | 'images'>;
  /** [classes], printable. Absent in runs of earlier versions. */
  readonly classNames?: readonly string[] | undefined;
  /** Absent in runs of earlier versions. */
  readonly preparation?: Preparation | undefined;
}

/** How the page makes inputs of the model: from drawings, or from whole images. Earlier versions had gray digits only. */
export const preparationOfPage = ({ preparation, examples }: PageData): Preparation =>
  preparation ?? { isCentered: examples?.imageShape.length !== 3, isInverted: false };

/** The element that has the data in it. */
export const pageDataId = 'run-data';
