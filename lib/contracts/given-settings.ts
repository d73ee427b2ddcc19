import { z } from 'zod';
import { presetNames, presets } from './presets';
import { type RunConfig, runSettingsSchema } from './run-config';
import { explainNoEffect } from './setting-conditions';

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
