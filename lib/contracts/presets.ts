import { z } from 'zod';
import { type RunConfig, runSettingsSchema } from './run-config';
import { explainNoEffect } from './setting-conditions';

interface Preset {
  /** One line for the help. */
  readonly purpose: string;
  /** The settings that differ from the default configuration. */
  readonly settings: Partial<RunConfig>;
}

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
      filters: [16, 32, 64],
      epochs: 12,
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
    },
  },
  'cnn-best': {
    purpose: 'the same with twice the filters, trained for longer',
    settings: {
      model: 'cnn',
      filters: [32, 64, 128],
      epochs: 16,
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
    },
  },
  'mlp-deformed': {
    purpose: 'a perceptron with elastic deformations, after Simard et al. (2003)',
    settings: {
      hidden: [1024, 512],
      epochs: 60,
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
export const presetFigures: Partial<Record<PresetName, PresetFigures>> = {};

const presetNameSchema = z.enum(presetNames);

/** What a user may give: any of the settings, and the preset that the others come from. */
export const givenSettingsSchema = runSettingsSchema.extend({
  /** @default - the default configuration */
  preset: presetNameSchema.optional(),
});

const defaultSettings = runSettingsSchema.parse({});

/** The name under which a model is registered if the user gives none. Architectures of files share one name. */
const defaultModelNames: Readonly<Record<string, string>> = { mlp: 'mnist-mlp', cnn: 'mnist-cnn' };
const otherModelName = 'mnist-custom';

/** The default configuration with another model. */
export function defaultConfigOf(model: string): RunConfig {
  return { ...defaultSettings, model, modelName: defaultModelNames[model] ?? otherModelName };
}

/**
 * Replaces the name of a preset by its settings, without those that have no effect beside the given ones: with the
 * optimizer sgd, a preset's weight decay for adamw.
 *
 * @param given - not checked yet; a name that is no preset stays, for the schema to refuse.
 */
export function expandPreset(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { preset, ...others } = given;
  const { success, data } = presetNameSchema.safeParse(preset);
  if (!success) return given;
  const { settings } = presets[data];
  const merged = { ...defaultSettings, ...settings, ...(others as Partial<RunConfig>) };
  const effective = Object.entries(settings).filter(([name]) => explainNoEffect(name, merged) === undefined);
  return { ...Object.fromEntries(effective), ...others };
}

/** The settings of a new run, without most defaults: those of the preset, and a name that says what the model is. */
export function startSettings(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const settings = expandPreset(given);
  const { model } = settings;
  return typeof model === 'string' ? { modelName: defaultConfigOf(model).modelName, ...settings } : settings;
}
