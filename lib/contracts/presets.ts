import type { RunConfig } from './run-config';

interface Preset {
  /** One line for the help. */
  readonly purpose: string;
  /** The settings that differ from the default configuration. */
  readonly settings: Partial<RunConfig>;
}

/** How both convolutional presets train; they differ in size and duration. */
const convolutionalRecipe = {
  batchSize: 128,
  optimizer: 'adamw',
  learningRate: 0.004,
  weightDecay: 0.01,
  schedule: 'one-cycle',
  labelSmoothing: 0.05,
  emaDecay: 0.999,
  dropout: 0.3,
  rotationDegrees: 12,
  zoomFraction: 0.12,
  shearFraction: 0.15,
  shiftPixels: 2.5,
} as const satisfies Partial<RunConfig>;

/** Named settings, for `--preset` and the input of an execution. Settings that are given beside the name override it. */
export const presets = {
  default: {
    purpose: 'the Keras perceptron for MNIST: the default configuration',
    settings: {},
  },
  cnn: {
    purpose: 'a small convolutional network with augmentation',
    settings: {
      model: 'cnn',
      filters: [24, 48, 96],
      epochs: 18,
      ...convolutionalRecipe,
    },
  },
  'cnn-best': {
    purpose: 'the same with more filters, trained for longer',
    settings: {
      model: 'cnn',
      filters: [32, 64, 128],
      epochs: 40,
      ...convolutionalRecipe,
    },
  },
  'mlp-deformed': {
    purpose: 'a perceptron with elastic deformations, after Simard et al. (2003)',
    settings: {
      hidden: [1024, 512],
      dropout: 0,
      epochs: 80,
      batchSize: 256,
      learningRate: 0.002,
      schedule: 'one-cycle',
      emaDecay: 0.999,
      rotationDegrees: 7.5,
      zoomFraction: 0.1,
      shiftPixels: 1,
      elasticPixels: 34,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as PresetName[];

interface PresetFigures {
  /** Mean test accuracy over five seeds, in [0, 1]. */
  readonly accuracy: number;
  /** Of a whole run. */
  readonly minutes: number;
}

/** Measured on MNIST, on two cores with AVX2. A preset that was not measured has no figures. */
export const presetFigures: Partial<Record<PresetName, PresetFigures>> = {
  default: { accuracy: 0.9837, minutes: 1 },
  cnn: { accuracy: 0.9969, minutes: 12 },
};
