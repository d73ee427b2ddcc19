import * as tf from '@tensorflow/tfjs-core';
import { Graph } from '../../lib/tensorflow/graph';
import { GraphRecorder } from '../../lib/tensorflow/graph-recorder';
import { GraphSession } from '../../lib/tensorflow/graph-session';
import { loadNativeBackend, type NativeBackend } from '../../lib/tensorflow/native-binding';
import { openPreparedEngine } from '../support/prepared-engine';

let native: NativeBackend;
beforeAll(async () => {
  await openPreparedEngine();
  native = loadNativeBackend();
});

function openRecorder() {
  const graph = new Graph();
  return { graph, recorder: new GraphRecorder(native, graph, () => 'The layer "tested"') };
}

/** A tensor of TensorFlow.js that stands for a placeholder. */
function addInput({ graph, recorder }: ReturnType<typeof openRecorder>, shape: readonly number[]) {
  const placeholder = graph.placeholder('float32', shape);
  const tensor = tf.zeros([...shape]);
  recorder.bind(tensor, placeholder);
  return { placeholder, tensor };
}

test('a graph computes with the values of its run, not with those of its recording', () => {
  const opened = openRecorder();
  const { graph, recorder } = opened;
  const { placeholder, node } = recorder.record(() => {
    const { placeholder: input, tensor } = addInput(opened, [2, 2]);
    return { placeholder: input, node: recorder.nodeOf(tf.add(tf.matMul(tensor, tensor), tf.scalar(1))) };
  });
  const session = new GraphSession(native.binding, graph);
  const run = (values: readonly number[]) =>
    session.run([{ placeholder, values: Float32Array.from(values) }], [node])[0];
  expect(run([1, 2, 3, 4])).toEqual(Float32Array.of(8, 11, 16, 23));
  expect(run([1, 0, 0, 1])).toEqual(Float32Array.of(2, 1, 1, 2));
  session.dispose();
});

test.each<[string, (x: tf.Tensor) => tf.Tensor, RegExp]>([
  [
    'draws a random tensor in JavaScript',
    (x) => tf.mul(x, tf.randomUniform(x.shape)),
    /The layer "tested" computes 400 values in JavaScript, such as random numbers\..*cannot be trained on native/,
  ],
  ['drops at random', (x) => tf.dropout(x, 0.5), /The layer "tested" computes 400 values in JavaScript/],
  [
    'draws random numbers in TensorFlow',
    (x) => tf.add(x, tf.cast(tf.multinomial(tf.zeros([1, 4]) as tf.Tensor2D, 1, 7), 'float32')),
    /The layer "tested" draws random numbers \(Multinomial\)/,
  ],
  [
    'reads values',
    (x) => tf.mul(x, tf.sum(x).dataSync()[0]!),
    /The layer "tested" reads values of a tensor in JavaScript/,
  ],
])('work that %s is refused by name', (_, work, message) => {
  const opened = openRecorder();
  const refused = () =>
    opened.recorder.record(() => tf.tidy(() => void work(addInput(opened, [20, 20]).tensor)));
  expect(refused).toThrow(
    expect.objectContaining({ name: 'InvalidInput', message: expect.stringMatching(message) }),
  );
  // The backend computes as before.
  expect(tf.sum(tf.ones([3])).dataSync()).toEqual(Float32Array.of(3));
});

test('a tensor that was computed before the recording is refused', () => {
  const opened = openRecorder();
  const before = tf.add(tf.ones([2]), tf.ones([2]));
  const refused = () => opened.recorder.record(() => void tf.mul(addInput(opened, [2]).tensor, before));
  expect(refused).toThrow(/uses a tensor that was computed before/);
  before.dispose();
});

test('TensorFlow holds as many tensors after a recording as before', () => {
  const count = () => (native.binding as unknown as { getNumOfTensors(): number }).getNumOfTensors();
  const before = count();
  const opened = openRecorder();
  opened.recorder.record(() =>
    tf.tidy(() => {
      const { tensor } = addInput(opened, [4, 4]);
      opened.recorder.nodeOf(tf.relu(tf.matMul(tensor, tensor)));
    }),
  );
  expect(count()).toBe(before);
});
