import { activation } from './activation';
import { batchNormalization } from './batch-normalization';
import { conv1d, conv2d, conv2dTranspose, depthwiseConv2d, separableConv2d } from './convolution';
import { dense } from './dense';
import { dropout, spatialDropout2d } from './dropout';
import {
  activityRegularization,
  alphaDropout,
  augmentation,
  gaussianDropout,
  gaussianNoise,
  identity,
  spatialDropout1d,
} from './identities';
import { layerNormalization } from './layer-normalization';
import { add, average, concatenate, maximum, minimum, multiply, subtract } from './merging';
import { rescaling, resizing, upSampling2d } from './pixels';
import {
  averagePooling1d,
  averagePooling2d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  maxPooling1d,
  maxPooling2d,
} from './pooling';
import { elu, leakyRelu, prelu, relu, softmax, thresholdedRelu } from './rectifiers';
import { cropping2d, flatten, permute, repeatVector, reshape, zeroPadding2d } from './shapes';

/** All supported kinds of layers, by their class name in Keras. */
export const layerKinds = {
  Activation: activation,
  ActivityRegularization: activityRegularization,
  Add: add,
  AlphaDropout: alphaDropout,
  Average: average,
  AveragePooling1D: averagePooling1d,
  AveragePooling2D: averagePooling2d,
  BatchNormalization: batchNormalization,
  Concatenate: concatenate,
  Conv1D: conv1d,
  Conv2D: conv2d,
  Conv2DTranspose: conv2dTranspose,
  Cropping2D: cropping2d,
  Dense: dense,
  DepthwiseConv2D: depthwiseConv2d,
  Dropout: dropout,
  ELU: elu,
  Flatten: flatten,
  GaussianDropout: gaussianDropout,
  GaussianNoise: gaussianNoise,
  GlobalAveragePooling1D: globalAveragePooling1d,
  GlobalAveragePooling2D: globalAveragePooling2d,
  GlobalMaxPooling1D: globalMaxPooling1d,
  GlobalMaxPooling2D: globalMaxPooling2d,
  Identity: identity,
  LayerNormalization: layerNormalization,
  LeakyReLU: leakyRelu,
  MaxPooling1D: maxPooling1d,
  MaxPooling2D: maxPooling2d,
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
  ReLU: relu,
  RepeatVector: repeatVector,
  Rescaling: rescaling,
  Reshape: reshape,
  Resizing: resizing,
  SeparableConv2D: separableConv2d,
  Softmax: softmax,
  SpatialDropout1D: spatialDropout1d,
  SpatialDropout2D: spatialDropout2d,
  Subtract: subtract,
  ThresholdedReLU: thresholdedRelu,
  UpSampling2D: upSampling2d,
  ZeroPadding2D: zeroPadding2d,
};

export type LayerClass = keyof typeof layerKinds;

/** Class names of Keras in TensorFlow 1, which later versions still load. */
export const earlierNames: Readonly<Record<string, LayerClass>> = {
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
};
