import { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import { parseOrThrow } from '../contracts/parse';
import type { LayerKind } from './layers/layer-kind';
import { earlierNames, type LayerClass, layerKinds } from './layers/layer-kinds';

type ConfigIn<Kind> = Kind extends LayerKind<infer Config> ? Config : never;
export type ConfigOf<Name extends LayerClass> = ConfigIn<(typeof layerKinds)[Name]>;

/** Discriminated by `class_name`; settings in Keras' snake_case, in a fixed order. */
export type KerasLayer = {
  readonly [Name in LayerClass]: { readonly class_name: Name; readonly config: ConfigOf<Name> };
}[LayerClass];

/** A layer or nested model, as described by Keras or TensorFlow.js. */
export const rawLayerSchema = z
  .looseObject({
    class_name: z.string(),
    config: z.union([z.looseObject({}), z.array(z.unknown())]),
    name: z.string().optional(),
    registered_name: z.string().nullish(),
    inbound_nodes: z.unknown().optional(),
    build_config: z.unknown().optional(),
  })
  .refine(({ registered_name, class_name }) => registered_name == null || registered_name === class_name, {
    error: ({ input }) =>
      `custom layers are not supported (received ${JSON.stringify((input as { registered_name: string }).registered_name)})`,
    path: ['registered_name'],
  });
export type RawLayer = z.infer<typeof rawLayerSchema>;

/** Names a layer in a message. */
export function describeLayer(name: unknown, what: string): string {
  return `The layer ${JSON.stringify(name)} of ${lowerFirst(what)}`;
}

export const lowerFirst = (what: string) => what.charAt(0).toLowerCase() + what.slice(1);

/** @throws PermanentError InvalidInput for a class or a setting that is not supported. */
export function readLayer(className: string, config: Record<string, unknown>, what: string): KerasLayer {
  const of = describeLayer(config['name'], what);
  const name = Object.hasOwn(earlierNames, className) ? earlierNames[className]! : className;
  if (!isLayerClass(name)) {
    throw new PermanentError(
      'InvalidInput',
      `${of} has the class ${JSON.stringify(className)}, which cannot be converted. Allowed are ${Object.keys(layerKinds).join(', ')}.`,
      { evidence: { className } },
    );
  }
  const schema: z.ZodType = layerKinds[name].schema;
  return { class_name: name, config: parseOrThrow(schema, config, `${of} (${name})`) } as KerasLayer;
}

function isLayerClass(name: string): name is LayerClass {
  return Object.hasOwn(layerKinds, name);
}

/** `keras.src.utils.naming.to_snake_case`, which names the weights' groups in a `.keras` file. */
export function toSnakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
