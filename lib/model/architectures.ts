import { channelsOf, type ImageShape } from '../contracts/image-shape';
import type { RunConfig } from '../contracts/run-config';
import { type KerasGraph, memberOf, modelInput } from './keras-graph';
import { type KerasLayer, readLayer } from './keras-layers';

interface OutputWidth {
  readonly classes: number;
}
type MlpConfig = Pick<RunConfig, 'hidden' | 'dropout' | 'l2'> & OutputWidth;
type CnnConfig = Pick<RunConfig, 'filters' | 'dropout' | 'l2'> & OutputWidth;

/**
 * The perceptron of the default configuration, for any image size and list of widths:
 * Flatten, then Dropout and Dense with relu per hidden layer, then Dropout and Dense with softmax.
 *
 * Input [batch, ...imageShape] in [0, 1], output [batch, classes].
 */
export function describeMlp({ hidden, dropout, l2, classes }: MlpConfig, imageShape: ImageShape): KerasGraph {
  const stages = [...hidden, classes].flatMap((units, index) => {
    const isOutput = index === hidden.length;
    return [
      ...dropoutOf(`dropout_${index + 1}`, dropout),
      readOwn('Dense', {
        name: isOutput ? outputName : `dense_${index + 1}`,
        units,
        activation: isOutput ? 'softmax' : 'relu',
        kernel_regularizer: penalty(l2),
      }),
    ];
  });
  return describeChain('mlp', [...imageShape], [readOwn('Flatten', { name: 'flatten' }), ...stages]);
}

/**
 * A convolutional network: for each width two convolutions 3×3, the second one followed by a pooling that halves the
 * image, each with batch normalization and relu; at the end Flatten, Dropout and Dense with softmax. Pooling comes first
 * because the rest is then computed for a quarter of the values.
 *
 * Input [batch, height, width, channels] in [0, 1], output [batch, classes].
 */
export function describeCnn(
  { filters, dropout, l2, classes }: CnnConfig,
  imageShape: ImageShape,
): KerasGraph {
  const [height, width] = imageShape;
  let side = Math.min(height, width);
  const stages = filters.flatMap((width, stage) => {
    const padding = side >= smallestUnpadded ? 'valid' : 'same';
    side = Math.floor((padding === 'valid' ? side - 4 : side) / 2);
    return [1, 2].flatMap((position) => {
      const suffix = `${stage + 1}_${position}`;
      return [
        readOwn('Conv2D', {
          name: `conv_${suffix}`,
          filters: width,
          kernel_size: [3, 3],
          padding,
          // The normalization subtracts every mean, and adds its own bias.
          use_bias: false,
          kernel_regularizer: penalty(l2),
        }),
        ...(position === 2
          ? [readOwn('MaxPooling2D', { name: `pool_${stage + 1}`, pool_size: [2, 2] })]
          : []),
        readOwn('BatchNormalization', { name: `norm_${suffix}`, momentum: 0.9, epsilon: 0.001 }),
        readOwn('ReLU', { name: `relu_${suffix}` }),
      ];
    });
  });
  return describeChain(
    'cnn',
    [height, width, channelsOf(imageShape)],
    [
      ...stages,
      readOwn('Flatten', { name: 'flatten' }),
      ...dropoutOf('dropout', dropout),
      readOwn('Dense', {
        name: outputName,
        units: classes,
        activation: 'softmax',
        kernel_regularizer: penalty(l2),
      }),
    ],
  );
}

/** Larger images are convolved without padding: digits have a blank margin, so nothing is lost, and a third is saved. */
const smallestUnpadded = 12;

const outputName = 'probabilities';

/** With Keras' defaults for all other settings. */
function readOwn(className: string, config: Record<string, unknown>): KerasLayer {
  return readLayer(className, config, 'The network of this run');
}

function dropoutOf(name: string, rate: number): KerasLayer[] {
  return rate > 0 ? [readOwn('Dropout', { name, rate })] : [];
}

function penalty(l2: number) {
  return l2 > 0 ? { class_name: 'L2', config: { l2 } } : null;
}

function describeChain(
  name: string,
  inputShape: readonly number[],
  layers: readonly KerasLayer[],
): KerasGraph {
  return {
    name,
    inputShape,
    layers,
    calls: layers.map((_, layer) => ({ layer, inputs: [layer === 0 ? modelInput : layer - 1] })),
    members: layers.map(memberOf),
  };
}
