import { getBackend, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type ImageSource, type PredictedBatch, takeInOrder } from '../../dataset/image-source';
import type { EagerBackend } from '../../tensorflow/eager-binding';
import { Graph } from '../../tensorflow/graph';
import { GraphSession } from '../../tensorflow/graph-session';
import { batchSizesOf, evaluationBatchSize } from '../batches/batch-sizes';
import { ModelRecorder } from './model-recorder';

/**
 * The outputs of a model for all images in native TensorFlow, in order. The model's weights stay unchanged, and the backend in use as well. Both this and the WASM backend compute in float32: accuracy and loss differ
 * by less than 1e-6, and single probabilities by less than 1e-5.
 *
 * A graph, because the operations of tfjs-node may release memory of JavaScript on a thread of TensorFlow, which corrupts
 * the heap; a run of a graph releases its inputs here.
 *
 * @throws PermanentError InvalidInput for a model that cannot be recorded.
 */
export async function* predictNatively(
  backend: EagerBackend,
  model: LayersModel,
  images: ImageSource,
): AsyncGenerator<PredictedBatch> {
  const values = await Promise.all(model.weights.map((weight) => weight.read().data<'float32'>()));
  const batchSize = evaluationBatchSize(model, images.count);
  const sizes = batchSizesOf(images.count, batchSize);
  const graph = new Graph();
  const weights = model.weights.map(({ shape }) => graph.placeholder('float32', shape as number[]));
  const backendBefore = getBackend();
  await setBackend('tensorflow');
  const recorder = new ModelRecorder(backend, graph, model);
  const outputs = new Map(
    sizes.map((size) => [
      size,
      recorder.record(() => {
        recorder.bindWeights(weights);
        return recorder.nodeOf(model.apply(recorder.images(size), { training: false }) as Tensor);
      }),
    ]),
  );
  await setBackend(backendBefore);
  const session = new GraphSession(backend.binding, graph);
  try {
    const feeds = weights.map((placeholder, index) => ({ placeholder, values: values[index]! }));
    for await (const batch of takeInOrder(images, batchSize)) {
      const images = { placeholder: recorder.pixels, values: batch.pixels };
      const [values] = session.run([images, ...feeds], [outputs.get(batch.count)!]);
      yield { ...batch, outputs: values as Float32Array };
    }
  } finally {
    session.dispose();
  }
}
