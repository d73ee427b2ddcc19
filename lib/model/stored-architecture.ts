import { type Architecture, architectureSchema } from '../contracts/architecture';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { decodeText, parseJson, parseOrThrow } from '../contracts/parse';
import { type ContentObject, getContent, nameByContent, type ObjectReader } from '../store/content-object';
import { encodeJson } from '../store/json-objects';
import { assertDistinctNames, type KerasGraph, memberOf } from './keras-graph';
import { readLayer } from './keras-layers';

/** Equal networks give equal bytes: every setting of a layer is written, in a fixed order. */
export function encodeArchitecture({ name, inputShape, layers, calls }: KerasGraph): ContentObject {
  const architecture: Architecture = architectureSchema.parse({
    schemaVersion: 1,
    name,
    inputShape,
    layers,
    calls: calls.map(({ layer, inputs }) => ({ layer, inputs })),
  });
  return nameByContent(encodeJson(architecture), objectKeys.architecture);
}

/** @throws PermanentError ArtifactNotFound or CorruptArtifact. */
export async function loadArchitecture(store: ObjectReader, sha256: string): Promise<KerasGraph> {
  const key = objectKeys.architecture(sha256);
  const text = decodeText(await getContent(store, { key, sha256 }, '--model'));
  const what = `The architecture ${key} in ${store.location}`;
  const { schemaVersion: _, ...read } = parseOrThrow(
    architectureSchema,
    parseJson(text),
    what,
    'CorruptArtifact',
  );
  const layers = read.layers.map(({ class_name, config }) => readLayer(class_name, config, what));
  assertDistinctNames(layers, what);
  for (const [index, { layer, inputs }] of read.calls.entries()) {
    if (layer < layers.length && inputs.every((input) => input < index)) continue;
    throw new PermanentError(
      'CorruptArtifact',
      `${what} has an impossible call ${index}: layer ${layer} of ${layers.length} with the outputs of the calls ${inputs.join(', ')}. Delete it and start again with --model.`,
      { evidence: { key } },
    );
  }
  return { ...read, layers, members: layers.map(memberOf) };
}
