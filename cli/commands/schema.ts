import { z } from 'zod';
import { givenSettingsSchema } from '../../lib/contracts/given-settings';
import { presetOption, settingOptionGroups } from '../definitions/setting-options';
import type { Terminal } from '../terminal';

/** Prints the JSON schema of a config file. */
export function schemaCommand({ print }: Terminal): void {
  print(JSON.stringify(describeConfigFile(), null, 2));
}

/** What a config file may have: every setting, none of them required, and `$schema`. */
function describeConfigFile(): object {
  const { $schema, properties, ...rest } = z.toJSONSchema(givenSettingsSchema, { io: 'input' });
  const descriptions = new Map(
    [presetOption(), ...settingOptionGroups().flatMap(({ options }) => options)].map(
      (option) => [option.attributeName(), option.description] as const,
    ),
  );
  const settings = Object.entries(properties ?? {}).map(([name, schema]) => {
    const description = descriptions.get(name);
    return [name, { ...(description && { description }), ...(schema as object) }] as const;
  });
  return {
    $schema,
    title: 'A config file of mnist-pipeline train',
    ...rest,
    properties: {
      $schema: { type: 'string', description: 'the address of this schema, for editors' },
      ...Object.fromEntries(settings),
    },
  };
}
