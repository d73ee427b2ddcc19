import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabeledImages } from '../dataset/load-split';
import { Graph } from '../tensorflow/graph';
import { type GraphBinding, GraphSession } from '../tensorflow/graph-session';
import { takeInOrder } from './batches';
import { GraphOps } from './graph-ops';
import { readLayerWeights } from './initial-weights';
import { readMlpLayers } from './mlp-layers';
import { parameterShapes, toParameterValues } from './training-state';
import { TrainingStep } from './training-step';

/** Images per run of the graph: the widest activation of the default configuration takes 8 MB. */
const imagesPerRun = 2000;

/**
 * The probabilities of all images in native TensorFlow, [count, classes], row-major. The model stays unchanged. Both
 * this and the WASM backend compute in float32: accuracy and loss differ by less than 1e-6, and single probabilities by
 * less than 1e-5.
 *
 * A graph, because the operations of tfjs-node may release memory of JavaScript on a thread of TensorFlow, which corrupts
 * the heap; a run of a graph releases its inputs here.
 *
 * @throws PermanentError InvalidInput for a model that the engines cannot train.
 */
export async function predictNatively(
  binding: GraphBinding,
  model: LayersModel,
  images: LabeledImages,
): Promise<Float32Array> {
  const layers = readMlpLayers(model);
  const values = toParameterValues(await readLayerWeights(model));
  const graph = new Graph();
  const pixels = graph.placeholder('uint8', [-1, layers[0]!.inputs]);
  const parameters = parameterShapes(layers).map((shape) => graph.placeholder('float32', shape));
  const ops = new GraphOps(graph, graph.placeholder('int32', [2]));
  const step = new TrainingStep(ops, layers, parameters);
  const output = ops.softmax(step.predict(ops.toImages(pixels)));
  const probabilities = new Float32Array(images.count * layers.at(-1)!.units);
  const session = new GraphSession(binding, graph);
  try {
    const weights = parameters.map((placeholder, index) => ({ placeholder, values: values[index]! }));
    let end = 0;
    for (const batch of takeInOrder(images, imagesPerRun)) {
      const [row] = session.run([{ placeholder: pixels, values: batch.pixels }, ...weights], [output]);
      probabilities.set(row!, end);
      end += row!.length;
    }
  } finally {
    session.dispose();
  }
  return probabilities;
}
