import { io, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { decodeText, parseOrThrow } from '../contracts/parse';
import { encodeJson } from '../store/json-objects';
import type { ObjectInfo, ObjectStore } from '../store/object-store';
import { assemble, type GraphWeights, type WeightValues } from './assemble';
import type { KerasGraph } from './keras-graph';
import { listGraphWeights } from './layer-shapes';
import type { WeightSlot } from './layers/layer-kind';
import { attachLabels, completeLabels, labelsOf, modelMetadataSchema } from './model-labels';
import { readGraph } from './read-graph';
import { describeForTfjs, type TfjsTopology } from './tfjs-topology';

/** `model.json` as TensorFlow.js defines it; https://www.tensorflow.org/js/guide/save_load. */
const modelFileSchema = z.looseObject({
  format: z.literal('layers-model'),
  modelTopology: z.looseObject({}),
  /** Absent in models of earlier versions. */
  userDefinedMetadata: modelMetadataSchema.optional(),
  weightsManifest: z.tuple([
    z.looseObject({
      paths: z.array(z.string()),
      weights: z.array(
        z.looseObject({ name: z.string(), shape: z.array(z.int().min(0)), dtype: z.literal('float32') }),
      ),
    }),
  ]),
});

/**
 * Writes `model.json`, with the labels of the model, and `weights.bin`, which TensorFlow.js loads anywhere. Equal weights
 * give equal bytes.
 *
 * @returns what the store recorded of `weights.bin`.
 */
export async function saveModel(store: ObjectStore, runId: string, model: LayersModel): Promise<ObjectInfo> {
  const artifacts = await captureArtifacts(model);
  const weightData = io.CompositeArrayBuffer.join(artifacts.weightData);
  const weights = await store.put(objectKeys.modelWeights(runId), new Uint8Array(weightData));
  await store.put(
    objectKeys.modelTopology(runId),
    encodeJson({
      format: 'layers-model',
      generatedBy: artifacts.generatedBy,
      convertedBy: null,
      modelTopology: describeForTfjs(artifacts.modelTopology as TfjsTopology, `The model "${model.name}"`),
      weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }],
      userDefinedMetadata: labelsOf(model),
    }),
  );
  return weights;
}

async function captureArtifacts(model: LayersModel): Promise<io.ModelArtifacts> {
  let captured: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (artifacts) => {
      captured = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  if (captured === undefined) throw new Error('TensorFlow.js did not call the save handler');
  return captured;
}

/**
 * The run's model with its labels, on the backend in use. The caller disposes it.
 *
 * @throws PermanentError ArtifactNotFound or CorruptArtifact.
 */
export async function loadModel(store: ObjectStore, runId: string): Promise<LayersModel> {
  const key = objectKeys.modelTopology(runId);
  const what = `${key} in ${store.location}`;
  const text = decodeText(await store.get(key));
  const file = parseOrThrow(modelFileSchema, parseJson(text, what), what, 'CorruptArtifact');
  const weightData = (await store.get(objectKeys.modelWeights(runId))).slice().buffer;
  const [{ weights }] = file.weightsManifest;
  const expectedBytes = weights.reduce((sum, { shape }) => sum + 4 * countValues(shape), 0);
  if (weightData.byteLength !== expectedBytes) {
    throw corrupt(
      what,
      `its weights.bin has ${weightData.byteLength} bytes, and the model needs ${expectedBytes}`,
    );
  }
  try {
    const graph = readGraph(file.modelTopology, { what, kerasMajor: 2 });
    const slots = listGraphWeights(graph, what);
    assertSameShapes(
      slots.flatMap((ofLayer) => ofLayer.map(({ shape }) => shape)),
      weights.map(({ shape }) => shape),
    );
    const model = assemble(graph, what, takeWeights(graph, slots, new Float32Array(weightData), weights));
    attachLabels(model, completeLabels(file.userDefinedMetadata, model.outputs[0]!.shape.at(-1)!));
    return model;
  } catch (cause) {
    throw corrupt(what, 'TensorFlow.js cannot build a model from it', cause);
  }
}

const countValues = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** Finds the weights of each layer by their names, as TensorFlow.js does: their order in the file is another one. */
function takeWeights(
  { layers }: KerasGraph,
  slots: readonly (readonly WeightSlot[])[],
  values: Float32Array,
  listed: readonly { readonly name: string; readonly shape: readonly number[] }[],
): GraphWeights {
  const byName = new Map<string, WeightValues>();
  let offset = 0;
  for (const { name, shape } of listed) {
    const end = offset + countValues(shape);
    byName.set(name, { shape, values: values.subarray(offset, end) });
    offset = end;
  }
  return layers.map(({ config }, layer) =>
    slots[layer]!.map(({ name, shape }) => {
      const found = byName.get(`${config.name}/${name}`);
      if (String(found?.shape) === String(shape)) return found!;
      const received = found === undefined ? 'no weights' : `weights of ${found.shape.join('×')}`;
      throw new Error(`it lists ${received} for ${config.name}/${name}, which needs ${shape.join('×')}`);
    }),
  );
}

/** Building a layer allocates memory for its weights, so a wrong description is refused before. */
function assertSameShapes(
  described: readonly (readonly number[])[],
  stored: readonly (readonly number[])[],
): void {
  const [layers, file] = [described, stored].map((shapes) => shapes.map(String).sort().join('; '));
  if (layers !== file) throw new Error(`its layers need weights of [${layers}], and it lists [${file}]`);
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corrupt(what, 'it is not JSON', cause);
  }
}

function corrupt(what: string, problem: string, cause?: unknown): PermanentError {
  return new PermanentError(
    'CorruptArtifact',
    `${what} is not a model that can be loaded: ${problem}. It was changed after it was written; train again under a new run id.`,
    { evidence: { what }, cause },
  );
}

/** Replaces the weights of `model`. @param values - of each weight, in the order of `model.weights`. */
export function setModelWeights(model: LayersModel, values: readonly Float32Array[]): void {
  const tensors = model.weights.map(({ shape }, index) =>
    tensor(values[index]!, shape as number[], 'float32'),
  );
  model.setWeights(tensors);
  for (const each of tensors) each.dispose();
}
