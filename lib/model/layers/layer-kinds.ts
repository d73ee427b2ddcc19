import { activation } from './activation';
import { add } from './add';
import { batchNormalization } from './batch-normalization';
import { concatenate } from './concatenate';
import { conv2d } from './conv-2d';
import { dense } from './dense';
import { depthwiseConv2d } from './depthwise-conv-2d';
import { dropout, spatialDropout2d } from './dropout';
import { flatten } from './flatten';
import { globalAveragePooling2d, globalMaxPooling2d } from './global-pooling-2d';
import {
  activityRegularization,
  alphaDropout,
  augmentation,
  gaussianDropout,
  gaussianNoise,
  identity,
  spatialDropout1d,
} from './identities';
import type { ExportedKind } from './layer-kind';
import { layerNormalization } from './layer-normalization';
import { leakyRelu } from './leaky-relu';
import { average, maximum, minimum, multiply, subtract } from './merging';
import { conv1d, conv2dTranspose } from './other-convolutions';
import { resizing, upSampling2d } from './pixels';
import { averagePooling1d, globalAveragePooling1d, globalMaxPooling1d, maxPooling1d } from './pooling-1d';
import { averagePooling2d, maxPooling2d } from './pooling-2d';
import { elu, prelu, thresholdedRelu } from './rectifiers';
import { relu } from './relu';
import { rescaling } from './rescaling';
import { reshape } from './reshape';
import { separableConv2d } from './separable-conv-2d';
import { cropping2d, permute, repeatVector } from './shapes';
import { softmax } from './softmax';
import { zeroPadding2d } from './zero-padding-2d';

/** Layers that are trained and written in every format, by their class name in Keras. */
export const exportedKinds = {
  Activation: activation,
  Add: add,
  AveragePooling2D: averagePooling2d,
  BatchNormalization: batchNormalization,
  Concatenate: concatenate,
  Conv2D: conv2d,
  Dense: dense,
  DepthwiseConv2D: depthwiseConv2d,
  Dropout: dropout,
  Flatten: flatten,
  GlobalAveragePooling2D: globalAveragePooling2d,
  GlobalMaxPooling2D: globalMaxPooling2d,
  LayerNormalization: layerNormalization,
  LeakyReLU: leakyRelu,
  MaxPooling2D: maxPooling2d,
  ReLU: relu,
  Rescaling: rescaling,
  Reshape: reshape,
  SeparableConv2D: separableConv2d,
  Softmax: softmax,
  SpatialDropout2D: spatialDropout2d,
  ZeroPadding2D: zeroPadding2d,
} satisfies Record<string, Pick<ExportedKind<never>, 'formats'>>;

/** Layers of models that are only evaluated. */
const evaluatedKinds = {
  ActivityRegularization: activityRegularization,
  AlphaDropout: alphaDropout,
  Average: average,
  AveragePooling1D: averagePooling1d,
  Conv1D: conv1d,
  Conv2DTranspose: conv2dTranspose,
  Cropping2D: cropping2d,
  ELU: elu,
  GaussianDropout: gaussianDropout,
  GaussianNoise: gaussianNoise,
  GlobalAveragePooling1D: globalAveragePooling1d,
  GlobalMaxPooling1D: globalMaxPooling1d,
  Identity: identity,
  MaxPooling1D: maxPooling1d,
  Maximum: maximum,
  Minimum: minimum,
  Multiply: multiply,
  PReLU: prelu,
  Permute: permute,
  RandomBrightness: augmentation,
  RandomContrast: augmentation,
  RandomFlip: augmentation,
  RandomRotation: augmentation,
  RandomTranslation: augmentation,
  RandomZoom: augmentation,
  RepeatVector: repeatVector,
  Resizing: resizing,
  SpatialDropout1D: spatialDropout1d,
  Subtract: subtract,
  ThresholdedReLU: thresholdedRelu,
  UpSampling2D: upSampling2d,
};

export const layerKinds = { ...exportedKinds, ...evaluatedKinds };

export type LayerClass = keyof typeof layerKinds;
export type ExportedClass = keyof typeof exportedKinds;

/** Class names of Keras in TensorFlow 1, which later versions still load. */
export const earlierNames: Readonly<Record<string, LayerClass>> = {
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
};
