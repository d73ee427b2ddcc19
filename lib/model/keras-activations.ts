import { activationNames, isNativeActivation } from './layers/activation';

/** A layer description whose settings are not validated yet. */
export interface DescribedLayer {
  readonly className: string;
  readonly config: Record<string, unknown>;
}

/** Aliases of activations. The hard sigmoid of Keras 3 is another function than that of Keras 2. */
const aliases: Readonly<Record<string, string>> = {
  silu: 'swish',
  softmax_v2: 'softmax',
  hard_swish: 'hard_silu',
};
const aliasesInKeras3: Readonly<Record<string, string>> = {
  ...aliases,
  hard_sigmoid: 'hard_sigmoid_of_keras_3',
};

/**
 * Splits a layer whose activation is not a setting in TensorFlow.js into the layer and a separate activation layer.
 */
export function splitActivation(layer: DescribedLayer, kerasMajor: number): DescribedLayer[] {
  const { className, config } = layer;
  const { activation } = config;
  if (activation === undefined || activation === null) return [layer];
  const name = `${String(config['name'])}_activation`;
  const read = readActivation(activation, kerasMajor);
  if (typeof read === 'string') {
    const isSetting = className === 'Activation' || isNativeActivation(read) || !isKnown(read);
    if (isSetting) return [{ className, config: { ...config, activation: read } }];
    const { dtype } = config;
    return [
      { className, config: { ...config, activation: 'linear' } },
      { className: 'Activation', config: { name, dtype, activation: read } },
    ];
  }
  const following = { className: read.className, config: { ...read.config, name } };
  if (className === 'Activation')
    return [{ ...following, config: { ...following.config, name: config['name'] } }];
  return [{ className, config: { ...config, activation: 'linear' } }, following];
}

const isKnown = (name: string) => (activationNames as readonly string[]).includes(name);

function readActivation(activation: unknown, kerasMajor: number): string | DescribedLayer {
  if (typeof activation === 'object' && activation !== null && 'class_name' in activation) {
    const { class_name: className, config } = activation as { class_name: unknown; config?: unknown };
    if (className === 'function' && typeof config === 'string') return rename(config, kerasMajor);
    if (typeof className === 'string' && typeof config === 'object' && config !== null) {
      return { className, config: config as Record<string, unknown> };
    }
  }
  // Its slope in both versions of Keras; the layer of this name has another default.
  if (activation === 'leaky_relu') return { className: 'LeakyReLU', config: { negative_slope: 0.2 } };
  return rename(typeof activation === 'string' ? activation : JSON.stringify(activation), kerasMajor);
}

function rename(name: string, kerasMajor: number): string {
  const names = kerasMajor >= 3 ? aliasesInKeras3 : aliases;
  return Object.hasOwn(names, name) ? names[name]! : name;
}
