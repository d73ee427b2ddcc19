import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../contracts/errors';

/** Outputs of a softmax, of one sigmoid per class, or inputs of a softmax. */
export type OutputKind = 'probabilities' | 'scores' | 'logits';

export interface ModelOutputs {
  readonly kind: OutputKind;
  /** Values per image: the number of classes, or 1 for two classes. */
  readonly width: number;
  readonly classes: number;
}

/** Layers that do not change values. */
const passing = new Set(['Flatten', 'Reshape', 'Dropout', 'InputLayer']);

/**
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput for a model without class scores as output.
 */
export function describeOutputs(model: LayersModel, what: string): ModelOutputs {
  const [output] = model.outputs;
  const shape = output!.shape.slice(1);
  const width = shape.at(-1);
  const hasOneRow = shape.slice(0, -1).every((size) => size === 1);
  if (model.outputs.length !== 1 || !hasOneRow || typeof width !== 'number') {
    throw new PermanentError(
      'InvalidInput',
      `${what} has an output of ${shape.map((size) => size ?? '?').join('×')} per image. Only classifiers can be evaluated: one output with one score per class.`,
    );
  }
  return { kind: findKind(output!), width, classes: Math.max(2, width) };
}

function findKind(output: SymbolicTensor): OutputKind {
  const { sourceLayer: layer, inputs } = output;
  const className = layer.getClassName();
  const { activation } = layer.getConfig();
  if (className === 'Softmax' || activation === 'softmax') return 'probabilities';
  if (activation === 'sigmoid') return 'scores';
  const passes = passing.has(className) || (className === 'Activation' && activation === 'linear');
  return passes && inputs.length === 1 ? findKind(inputs[0]!) : 'logits';
}

/** Keras clips scores to [ε, 1-ε] before it compares them: `keras.config.epsilon()`. */
const epsilon = 1e-7;

/**
 * [count, classes], row-major, each row a distribution, computed like in Keras' sparse categorical cross-entropy. A single
 * score is that of the second of two classes.
 */
export function toProbabilities(outputs: Float32Array, { kind, width, classes }: ModelOutputs): Float32Array {
  if (kind === 'probabilities' && width > 1) return outputs;
  const count = outputs.length / width;
  const probabilities = new Float32Array(count * classes);
  for (let row = 0; row < count; row += 1) {
    const values = outputs.subarray(row * width, (row + 1) * width);
    probabilities.set(width === 1 ? ofTwo(values[0]!, kind) : distribute(values, kind), row * classes);
  }
  return probabilities;
}

function ofTwo(value: number, kind: OutputKind): [number, number] {
  const second = kind === 'logits' ? 1 / (1 + Math.exp(-value)) : value;
  return [1 - second, second];
}

function distribute(values: Float32Array, kind: OutputKind): number[] {
  const largest = Math.max(...values);
  const weights = Array.from(values, (value) =>
    kind === 'logits' ? Math.exp(value - largest) : Math.min(Math.max(value, epsilon), 1 - epsilon),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Sparse categorical cross-entropy in nats of logits, mean over the images; Keras does not clip logits. */
export function meanCrossEntropyOfLogits(
  labels: Uint8Array,
  logits: Float32Array,
  { width }: ModelOutputs,
): number {
  const losses = Array.from(labels, (label, row) => {
    const values = width === 1 ? [0, logits[row]!] : [...logits.subarray(row * width, (row + 1) * width)];
    const largest = Math.max(...values);
    const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
    return largest + Math.log(sum) - values[label]!;
  });
  return losses.reduce((total, loss) => total + loss, 0) / labels.length;
}
