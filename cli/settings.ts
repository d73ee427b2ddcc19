import { PermanentError } from '../lib/contracts/errors';
import { decodeText, parseOrThrow } from '../lib/contracts/parse';
import { type RunConfig, runConfigSchema } from '../lib/contracts/run-config';
import { readInputFile } from './read-input-file';

/**
 * What the config file and the flags say, without the defaults; flags win.
 *
 * @param flags - settings by their names in `runConfigSchema`; those not given are absent.
 * @throws PermanentError InvalidInput that names the file; the flags are not looked at.
 */
export async function readGivenSettings(
  flags: Readonly<Record<string, unknown>>,
  configFile: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const fromFile = configFile === undefined ? {} : await readConfigFile(configFile);
  return { ...fromFile, ...flags };
}

/**
 * The default configuration, changed by the config file, changed by the flags.
 *
 * @throws PermanentError InvalidInput that names the file or the flag.
 */
export async function resolveRunConfig(
  flags: Readonly<Record<string, unknown>>,
  configFile: string | undefined,
): Promise<RunConfig> {
  return parseOrThrow(
    runConfigSchema,
    await readGivenSettings(flags, configFile),
    'The settings given on the command line ("mnist-pipeline help train" lists them)',
  );
}

async function readConfigFile(path: string): Promise<object> {
  const what = `The config file ${JSON.stringify(path)}`;
  const example = '{"epochs": 3, "hidden": [512]}';
  const text = decodeText(
    await readInputFile(path, what, `Give the path of a JSON file such as ${example}.`),
  );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PermanentError(
      'InvalidInput',
      `${what} is not JSON: ${(cause as Error).message}. It must be one object such as ${example}.`,
      { cause },
    );
  }
  parseOrThrow(runConfigSchema, value, what);
  return value as object;
}
