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

/** The default configuration, with the name that a model like this one gets. */
export function defaultsBeside({ model }: Pick<RunConfig, 'model'>): RunConfig {
  return { ...defaultConfigOf('mlp'), modelName: defaultConfigOf(model).modelName };
}

/** The settings that differ from `defaultsBeside`. */
export function changedSettings(config: RunConfig): SettingName[] {
  const defaults = defaultsBeside(config);
  return effectiveSettings(config).filter((name) => String(config[name]) !== String(defaults[name]));
}
