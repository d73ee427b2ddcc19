import { PermanentError } from '../contracts/errors';
import type { KerasGraph } from './keras-graph';
import { describeLayer, type KerasLayer } from './keras-layers';
import { formatShape, listCallShapes } from './layer-shapes';
import type { FormatLayer, LayerFormats, Limit } from './layers/layer-kind';
import { type ExportedClass, exportedKinds } from './layers/layer-kinds';
import type { Shape } from './layers/settings';

/** Discriminated by `class_name`. */
export type ExportedLayer = Extract<KerasLayer, { class_name: ExportedClass }>;

type Network = Pick<KerasGraph, 'inputShape' | 'layers' | 'calls'>;

/** A network that every format supports. */
export interface ExportableGraph extends Network {
  readonly inputShape: readonly number[];
  readonly layers: readonly ExportedLayer[];
  /** Of each call, without the batch. */
  readonly shapes: readonly { readonly inputs: readonly Shape[]; readonly output: readonly number[] }[];
}

/**
 * Checks that every format has all layers of a network, with their settings.
 *
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput, naming the layer, what is not supported, and what is allowed.
 */
export function assertExportable(graph: Network, what: string): ExportableGraph {
  if (graph.inputShape.includes(null)) {
    throw new PermanentError(
      'InvalidInput',
      `${what} has inputs of any size (${formatShape(graph.inputShape)}), which is not exported. Build it for images of one size.`,
    );
  }
  for (const layer of graph.layers) assertExportedLayer(layer, what);
  const shapes = listCallShapes(graph, what);
  for (const [index, { layer }] of graph.calls.entries())
    assertExportedLayer(graph.layers[layer]!, what, shapes[index]!.inputs);
  // Layers of these classes give outputs of one size for inputs of one size.
  return { ...graph, shapes } as ExportableGraph;
}

export function isExported(layer: KerasLayer): layer is ExportedLayer {
  return Object.hasOwn(exportedKinds, layer.class_name);
}

/**
 * @param inputShapes - @default not known yet: limits that depend on them are not checked
 * @throws PermanentError InvalidInput, naming the layer, what is not supported, and what is allowed.
 */
export function assertExportedLayer(
  layer: KerasLayer,
  what: string,
  inputShapes: readonly Shape[] = [],
): asserts layer is ExportedLayer {
  const limit = findLimit(layer, inputShapes);
  if (limit === undefined) return;
  const { class_name: className, config } = layer;
  throw new PermanentError(
    'InvalidInput',
    `${describeLayer(config.name, what)} has ${limit.received}, which cannot be trained and exported. Allowed: ${limit.allowed}.`,
    { evidence: { layer: config.name, className } },
  );
}

function findLimit(layer: KerasLayer, inputShapes: readonly Shape[]): Limit | undefined {
  if (isExported(layer)) return formatsOf(layer).limit?.(layer.config, inputShapes);
  return { received: `the class ${layer.class_name}`, allowed: Object.keys(exportedKinds).join(', ') };
}

export function formatsOf({ class_name }: ExportedLayer): LayerFormats<ExportedLayer['config']> {
  // TypeScript cannot infer that the class of a layer determines its configuration.
  return exportedKinds[class_name].formats as unknown as LayerFormats<ExportedLayer['config']>;
}

/** Class and settings of a layer in Keras; name and `trainable` included. */
export function describeIn(format: 'keras2' | 'keras3', layer: ExportedLayer): FormatLayer {
  const describe = formatsOf(layer)[format];
  return typeof describe === 'string' ? layer : named(layer, describe(layer.config));
}

/** @returns `undefined` for a layer that stock TensorFlow.js has as Keras has it. */
export function changedForTfjs(layer: ExportedLayer, inputShapes: readonly Shape[]): FormatLayer | undefined {
  const { tfjs } = formatsOf(layer);
  const changed = typeof tfjs === 'string' ? undefined : tfjs(layer.config, inputShapes);
  return changed === undefined ? undefined : named(layer, changed);
}

function named({ config: { name, trainable } }: ExportedLayer, { class_name, config }: FormatLayer) {
  return { class_name, config: { name, trainable, ...config } };
}
