import { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import { decodeText, parseOrThrow } from '../contracts/parse';
import type { GraphWeights, WeightValues } from '../model/assemble';
import type { KerasGraph, Member } from '../model/keras-graph';
import { lowerFirst } from '../model/keras-layers';
import { listGraphWeights } from '../model/layer-shapes';
import type { WeightSlot } from '../model/layers/layer-kind';
import { readGraph } from '../model/read-graph';
import { type ModelFile, readMajor } from './read-keras-model';

/** Reads a file in the folder of the model's file; `undefined` if there is none. */
export type ReadBeside = (fileName: string) => Promise<Uint8Array | undefined>;

const fileName = z
  .string()
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/, 'weights must be in the folder of the file, under plain names');
const manifestSchema = z.array(
  z.looseObject({
    paths: z.array(fileName).max(10_000),
    weights: z.array(
      z.looseObject({
        name: z.string(),
        shape: z.array(z.int().min(0)),
        dtype: z.literal('float32', 'only weights in float32 are read'),
        quantization: z.undefined('quantized weights are not read').optional(),
      }),
    ),
  }),
);
type Manifest = z.infer<typeof manifestSchema>;

/**
 * Reads the JSON of a model: `model.to_json()` of Keras 2 and 3, which has no weights, or `model.json` of TensorFlow.js,
 * also of its converter, whose weights are in other files. No weights are read if all of these are absent.
 *
 * @param what - for the message, e.g. `The model "model.json"`.
 * @throws PermanentError InvalidInput for another kind of JSON, for a layer that is not supported, and for weights that
 *   do not fit the layers.
 */
export async function readModelJson(
  bytes: Uint8Array,
  what: string,
  readBeside: ReadBeside,
): Promise<ModelFile> {
  const value = parseModel(bytes, what);
  const { weightsManifest } = value;
  const topology = findTopology(value, what);
  const kerasMajor = 'module' in topology ? 3 : readMajor(topology['keras_version'], 2);
  const model = topology['model_config'] ?? topology;
  const graph = readGraph(typeof model === 'string' ? parseJson(model, what) : model, { what, kerasMajor });
  const slots = listGraphWeights(graph, what);
  const manifest = parseOrThrow(manifestSchema, weightsManifest ?? [], what);
  const data = await readData(manifest, what, readBeside);
  if (data === undefined) return { graph, weights: undefined };
  return { graph, weights: sortByLayer(graph, slots, splitData(manifest, data, what), what) };
}

/** Some programs write the text that `to_json` returns as a JSON string. */
function parseModel(bytes: Uint8Array, what: string): Record<string, unknown> {
  const value = parseJson(decodeText(bytes), what);
  return parseOrThrow(z.looseObject({}), typeof value === 'string' ? parseJson(value, what) : value, what);
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PermanentError(
      'InvalidInput',
      `${what} is not JSON, or it is cut: ${(cause as Error).message}. Save it again.`,
      { cause },
    );
  }
}

function findTopology(value: Record<string, unknown>, what: string): Record<string, unknown> {
  const { format, modelTopology } = value;
  if (format === undefined && modelTopology === undefined && 'class_name' in value) return value;
  const isLayersModel = format === undefined || format === 'layers-model';
  const topology = z.looseObject({}).safeParse(modelTopology);
  if (isLayersModel && topology.success) return topology.data;
  const received = isLayersModel
    ? `the keys ${Object.keys(value).slice(0, 5).join(', ')}`
    : `the format ${JSON.stringify(format)}`;
  throw new PermanentError(
    'InvalidInput',
    `${what} has ${received}, and describes no layers. Allowed are what model.to_json() of Keras returns, and the model.json of a layers model of TensorFlow.js.`,
  );
}

/** The files of each group joined, or `undefined` if there are none. */
async function readData(
  manifest: Manifest,
  what: string,
  readBeside: ReadBeside,
): Promise<Uint8Array[] | undefined> {
  const files = manifest.flatMap(({ paths }) => paths);
  const contents = new Map<string, Uint8Array | undefined>();
  for (const path of files) contents.set(path, await readBeside(path));
  const absent = files.filter((path) => contents.get(path) === undefined);
  if (absent.length === files.length) return undefined;
  if (absent.length > 0) {
    throw new PermanentError(
      'InvalidInput',
      `${what} has its weights in ${files.length} files, and ${absent.slice(0, 3).join(', ')} is not beside it. Put all of them beside it, or none to train from random weights.`,
    );
  }
  return manifest.map(({ paths }) => new Uint8Array(Buffer.concat(paths.map((path) => contents.get(path)!))));
}

function splitData(
  manifest: Manifest,
  data: readonly Uint8Array[],
  what: string,
): ReadonlyMap<string, WeightValues> {
  const byName = new Map<string, WeightValues>();
  for (const [group, { weights, paths }] of manifest.entries()) {
    const bytes = data[group]!;
    let end = 0;
    for (const { name, shape } of weights) {
      const start = end;
      end += 4 * shape.reduce((product, size) => product * size, 1);
      if (byName.has(name)) {
        throw new PermanentError(
          'InvalidInput',
          `${what} names two weights ${JSON.stringify(name)}. Save it again.`,
        );
      }
      byName.set(name, { shape, values: new Float32Array(bytes.slice(start, end).buffer) });
    }
    if (bytes.length === end) continue;
    throw new PermanentError(
      'InvalidInput',
      `${what} needs ${end} bytes of weights, and ${paths.join(', ')} beside it ${paths.length === 1 ? 'has' : 'have'} ${bytes.length}. Save both again.`,
    );
  }
  return byName;
}

/** Weights have the names that TensorFlow.js gives them: `dense_1/kernel`. */
function sortByLayer(
  graph: KerasGraph,
  slots: readonly (readonly WeightSlot[])[],
  byName: ReadonlyMap<string, WeightValues>,
  what: string,
): GraphWeights {
  const ownNames = findOwnNames(graph);
  const used = new Set<WeightValues>();
  const sorted = graph.layers.map(({ config }, layer) =>
    slots[layer]!.map(({ name, shape }) => {
      const found = byName.get(`${config.name}/${name}`) ?? byName.get(`${ownNames[layer]}/${name}`);
      if (found !== undefined && String(found.shape) === String(shape) && !used.has(found)) {
        used.add(found);
        return found;
      }
      const received = found === undefined ? 'no' : `a ${found.shape.join('×')}`;
      throw new PermanentError(
        'InvalidInput',
        `${what} has ${received} weight ${JSON.stringify(name)} of the layer ${JSON.stringify(config.name)}, which needs one of its own, of ${shape.join('×')}. Save ${lowerFirst(what)} again.`,
      );
    }),
  );
  const [unused] = [...byName].find(([, values]) => !used.has(values)) ?? [];
  if (unused === undefined) return sorted;
  throw new PermanentError(
    'InvalidInput',
    `${what} has the weight ${JSON.stringify(unused)}, and no layer for it. Save ${lowerFirst(what)} again.`,
  );
}

/** Names within nested models. */
function findOwnNames({ members }: KerasGraph): string[] {
  const names: string[] = [];
  const walk = (siblings: readonly Member[]) => {
    for (const member of siblings) {
      if ('members' in member) walk(member.members);
      else names[member.layer] = member.name;
    }
  };
  walk(members);
  return names;
}
