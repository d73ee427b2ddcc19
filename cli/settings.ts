import { didYouMean } from '../lib/contracts/did-you-mean';
import { withoutIdleSettings } from '../lib/contracts/effective-settings';
import { PermanentError } from '../lib/contracts/errors';
import { expandPreset, givenSettingsSchema, startSettings } from '../lib/contracts/given-settings';
import { parseOrThrow } from '../lib/contracts/parse';
import { builtInModels, type RunConfig, runConfigSchema } from '../lib/contracts/run-config';
import { flagOf } from './flag-values';
import { readJsonFile } from './read-input-file';

/** Settings by their names in `givenSettingsSchema`; those that were not given are absent. */
export type GivenSettings = Readonly<Record<string, unknown>>;

/**
 * The settings of the config file and the flags, without defaults; flags override the file.
 *
 * @throws PermanentError InvalidInput that names the file; the flags are not checked.
 */
export async function readGivenSettings(
  flags: GivenSettings,
  configFile: string | undefined,
): Promise<GivenSettings> {
  return configFile === undefined ? flags : { ...(await readConfigFile(configFile)), ...flags };
}

/**
 * The whole configuration of given settings.
 *
 * @param stored - of an unfinished run, which keeps its settings. @default - a new run: the default configuration
 * @throws PermanentError InvalidInput that names the flag: the settings of a file were checked when it was read.
 */
export function completeConfig(given: GivenSettings, stored?: RunConfig): RunConfig {
  const settings =
    stored === undefined ? startSettings(given) : { ...withoutIdleSettings(stored), ...expandPreset(given) };
  // The name of an unknown preset is still there, and is refused with the allowed ones.
  const schema = settings['preset'] === undefined ? runConfigSchema : givenSettingsSchema;
  return parseOrThrow(schema, settings, settingsOfCommand, 'InvalidInput', flagOf);
}

/** Whether the setting `model` is the path of a file, which only the command line can give. */
export function isModelFile(model: unknown): model is string {
  const isBuiltIn = (builtInModels as readonly unknown[]).includes(model);
  return typeof model === 'string' && !isBuiltIn && !/^[0-9a-f]{64}$/.test(model);
}

/** How messages name the flags of `train`. */
export const settingsOfCommand =
  'The settings given on the command line ("mnist-pipeline help train" lists them)';

async function readConfigFile(path: string): Promise<GivenSettings> {
  const what = `The config file ${JSON.stringify(path)}`;
  const example = '{"epochs": 3, "hidden": [512]}';
  const settings = withoutSchema(await readJsonFile(path, what, { shape: 'one object such as', example }));
  refuseUnknownKeys(settings, what);
  // Flags may complete the file, so what settings mean together is checked with them.
  parseOrThrow(givenSettingsSchema, settings, what);
  return settings as GivenSettings;
}

/** Editors use `$schema` to check the file while it is written; it is not a setting. */
function withoutSchema(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { $schema, ...settings } = value as Record<string, unknown>;
  return settings;
}

function refuseUnknownKeys(settings: unknown, what: string): void {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) return;
  const known = Object.keys(givenSettingsSchema.shape);
  const unknown = Object.keys(settings).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new PermanentError(
    'InvalidInput',
    `${what} cannot be used. Unrecognized key: ${JSON.stringify(unknown)}.${didYouMean(unknown, known)} The settings are ${known.join(', ')}.`,
  );
}
