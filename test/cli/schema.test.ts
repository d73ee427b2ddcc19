import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { completeConfig, readGivenSettings } from '../../cli/settings';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const readSchema = async () => JSON.parse((await runCommand(['schema'])).out);

test('the JSON schema has every setting and the preset, requires none, and allows nothing else but $schema', async () => {
  const schema = await readSchema();
  expect(Object.keys(schema.properties).sort()).toEqual(
    ['$schema', 'preset', ...Object.keys(runConfigSchema.shape)].sort(),
  );
  expect(schema).not.toHaveProperty('required');
  expect(schema).toMatchObject({ $schema: expect.stringContaining('2020-12'), additionalProperties: false });
  expect(schema.properties.epochs).toEqual({
    description: 'passes over the training images (default: 10)',
    default: 10,
    type: 'integer',
    minimum: 1,
    maximum: 1000,
  });
  expect(schema.properties.hidden.default).toEqual([1024, 512, 256]);
});

test.each([
  [{}, true],
  [{ $schema: './run-config.schema.json', epochs: 3, hidden: [512] }, true],
  [{ preset: 'default' }, true],
  [{ preset: 'none' }, false],
  [{ epochs: 0 }, false],
  [{ epoch: 3 }, false],
  [{ schedule: 'linear' }, false],
])('%j: the schema and the command agree that it is valid (%s)', async (settings, isValid) => {
  const file = join(folder, 'run.json');
  writeFileSync(file, JSON.stringify(settings));
  const schema = z.fromJSONSchema(await readSchema());
  expect(schema.safeParse(settings).success).toBe(isValid);
  const reading = readGivenSettings({}, file);
  if (!isValid) return expect(reading).rejects.toMatchObject({ name: 'InvalidInput' });
  const { $schema, preset, ...others } = settings as Record<string, unknown>;
  expect(completeConfig(await reading)).toEqual(runConfigSchema.parse(others));
});

test('an unknown key names the settings, and the similar one', async () => {
  const file = join(folder, 'misspelled.json');
  writeFileSync(file, '{"hiden": [8]}');
  await expect(readGivenSettings({}, file)).rejects.toMatchObject({
    message: expect.stringMatching(
      /Unrecognized key: "hiden"\. Did you mean "hidden"\? The settings are dataset, classes/,
    ),
  });
});
