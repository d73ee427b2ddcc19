import { defaultConfigOf } from './given-settings';
import { type RunConfig, runSettingsSchema } from './run-config';
import { explainNoEffect } from './setting-conditions';

type SettingName = keyof RunConfig;

/** Every setting, in the order of the configuration. */
export const settingNames = Object.keys(runSettingsSchema.shape) as SettingName[];

/** The settings that have an effect beside the others, in the order of the configuration. */
export function effectiveSettings(config: RunConfig): SettingName[] {
  return settingNames.filter((name) => explainNoEffect(name, config) === undefined);
}

/** A configuration without the settings that have no effect; those get the defaults of today when it is completed. */
export function withoutIdleSettings(config: RunConfig): Partial<RunConfig> {
  return Object.fromEntries(effectiveSettings(config).map((name) => [name, config[name]]));
}

/** The default configuration, with the name that a model like this one gets. */
export function defaultsBeside({ model }: Pick<RunConfig, 'model'>): RunConfig {
  return { ...defaultConfigOf('mlp'), modelName: defaultConfigOf(model).modelName };
}

/** The settings that differ from `defaultsBeside`. */
export function changedSettings(config: RunConfig): SettingName[] {
  const defaults = defaultsBeside(config);
  return effectiveSettings(config).filter((name) => String(config[name]) !== String(defaults[name]));
}
