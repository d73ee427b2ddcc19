import * as tf from '@tensorflow/tfjs-core';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { buildMlp } from '../../lib/model/architectures';
import { setModelWeights } from '../../lib/model/model-files';
import { type DenseStack, initialWeights, type LayerWeights } from '../../lib/training/dense-stack';
import { createRandom } from '../../lib/training/seeded-random';
import type { TrainingEngine, TrainingKernels } from '../../lib/training/training-engine';
import { type Batch, TrainingSession } from '../../lib/training/training-session';
import { startingState } from '../../lib/training/training-state';

const stack: DenseStack = [
  { inputs: 6, units: 5, dropoutRate: 0.2, l2: 0.01 },
  { inputs: 5, units: 4, dropoutRate: 0, l2: 0 },
  { inputs: 4, units: 3, dropoutRate: 0.4, l2: 0.02 },
];
const settings = { seed: 3, clipNorm: 0 };
const learningRate = 0.01;

function makeBatch(count: number, seed = 1): Batch {
  const random = createRandom(seed);
  return {
    count,
    images: Float32Array.from({ length: count * 6 }, () => random() / 2 ** 32),
    labels: Int32Array.from({ length: count }, () => random() % 3),
  };
}

/** The loss of one training step, written with TF.js operations alone, as a function of all weights. */
function referenceLoss(batch: Batch, kernels: TrainingKernels<unknown>) {
  return (...weights: tf.Tensor[]): tf.Scalar => {
    let activation = tf.tensor2d(batch.images, [batch.count, 6]);
    let penalty = tf.scalar(0);
    for (const [layer, { dropoutRate, l2 }] of stack.entries()) {
      const kernel = weights[2 * layer] as tf.Tensor2D;
      if (dropoutRate > 0) {
        const mask = kernels.dropoutMask(activation.shape, dropoutRate, {
          seed: settings.seed,
          step: 1,
          layer,
        });
        activation = tf.mul(activation, mask);
      }
      activation = tf.add(tf.matMul(activation, kernel), weights[2 * layer + 1]!);
      if (layer < stack.length - 1) activation = tf.relu(activation);
      penalty = tf.add(penalty, tf.mul(tf.sum(tf.square(kernel)), l2));
    }
    const truth = tf.oneHot(tf.tensor1d(batch.labels, 'int32'), 3);
    const losses = tf.neg(tf.sum(tf.mul(tf.logSoftmax(activation), truth), 1));
    return tf.add(tf.mean(losses), penalty);
  };
}

/** The engine's kernels, with every gradient that reaches Adam written down in the order kernel, bias, kernel, … */
function recordGradients(kernels: TrainingKernels<unknown>) {
  const parameters: unknown[] = [];
  const gradients: Float32Array[] = [];
  const recording: TrainingKernels<unknown> = {
    ...kernels,
    createParameter: (values, shape) => {
      const parameter = kernels.createParameter(values, shape);
      parameters.push(parameter);
      return parameter;
    },
    applyAdam: (parameter, gradient, adam) => {
      gradients[parameters.indexOf(parameter)] = gradient.dataSync<'float32'>();
      kernels.applyAdam(parameter, gradient, adam);
    },
  };
  return { recording, gradients };
}

const flatten = (weights: readonly LayerWeights[]) =>
  weights.flatMap(({ kernel, bias }, layer) => [
    { values: kernel, shape: [stack[layer]!.inputs, stack[layer]!.units] },
    { values: bias, shape: [stack[layer]!.units] },
  ]);

/** What every engine promises; one suite, so that they cannot drift apart. */
export function describeTrainingEngine(name: string, open: () => Promise<TrainingEngine>): void {
  describe(name, () => {
    let engine: TrainingEngine;
    beforeAll(async () => {
      engine = await open();
    });

    test('the gradients are those of automatic differentiation, dropout and l2 included', () => {
      const { recording, gradients } = recordGradients(engine.kernels);
      const weights = initialWeights(stack, 9);
      const batch = makeBatch(7);
      const session = new TrainingSession(recording, stack, startingState(weights), settings);
      session.train(batch, learningRate);
      session.dispose();
      const expected = tf.tidy(() =>
        tf
          .grads(referenceLoss(batch, engine.kernels))(
            flatten(weights).map(({ values, shape }) => tf.tensor(values, shape)),
          )
          .map((gradient) => gradient.dataSync()),
      );
      expect(gradients).toHaveLength(6);
      gradients.forEach((gradient, index) => {
        expect(Array.from(gradient)).toEqual(
          Array.from(expected[index]!, (value) => expect.closeTo(value, 5)),
        );
      });
      expect(gradients.flatMap((gradient) => [...gradient]).some((value) => Math.abs(value) > 0.01)).toBe(
        true,
      );
    });

    test('the gradients are the slope of the loss, by finite differences', async () => {
      // Without dropout, so that `evaluate` sees the loss whose gradient `train` takes.
      const plain = stack.map((layer) => ({ ...layer, dropoutRate: 0 }));
      const weights = initialWeights(plain, 9);
      const batch = makeBatch(32);
      const { recording, gradients } = recordGradients(engine.kernels);
      const session = new TrainingSession(recording, plain, startingState(weights), settings);
      session.train(batch, learningRate);
      session.dispose();
      const random = createRandom(5);
      const directions = gradients.map((each) => each.map(() => random() / 2 ** 31 - 1));
      const lossAt = async (distance: number) => {
        const moved = weights.map(({ kernel, bias }, layer) => ({
          kernel: kernel.map((value, index) => value + distance * directions[2 * layer]![index]!),
          bias: bias.map((value, index) => value + distance * directions[2 * layer + 1]![index]!),
        }));
        const there = new TrainingSession(engine.kernels, plain, startingState(moved), settings);
        const { loss } = await there.evaluate(batch);
        there.dispose();
        return loss / batch.count;
      };
      const distance = 1e-2;
      const measured = ((await lossAt(distance)) - (await lossAt(-distance))) / (2 * distance);
      const slope = gradients
        .flatMap((each, parameter) => [...each].map((value, index) => value * directions[parameter]![index]!))
        .reduce((sum, product) => sum + product);
      expect(Math.abs(slope)).toBeGreaterThan(0.05);
      expect(measured / slope).toBeCloseTo(1, 2);
    });

    test('clipping scales all gradients by one factor to the norm that was asked for, and never up', () => {
      const normOf = (arrays: readonly Float32Array[]) => Math.hypot(...arrays.flatMap((each) => [...each]));
      const gradientsAt = (clipNorm: number) => {
        const { recording, gradients } = recordGradients(engine.kernels);
        const state = startingState(initialWeights(stack, 9));
        const session = new TrainingSession(recording, stack, state, { ...settings, clipNorm });
        session.train(makeBatch(7), learningRate);
        session.dispose();
        return gradients;
      };
      const free = gradientsAt(0);
      const clipped = gradientsAt(normOf(free) / 4);
      for (const [index, gradient] of free.entries()) {
        expect(Array.from(clipped[index]!)).toEqual(
          Array.from(gradient, (value) => expect.closeTo(value / 4, 6)),
        );
      }
      expect(normOf(gradientsAt(normOf(free) * 4))).toBeCloseTo(normOf(free), 5);
    });

    test('a session made from what another one was goes on to the same bytes', async () => {
      const through = new TrainingSession(
        engine.kernels,
        stack,
        startingState(initialWeights(stack, 2)),
        settings,
      );
      for (let step = 0; step < 3; step += 1) through.train(makeBatch(8, step), learningRate);
      const state = {
        step: 3,
        parameters: await through.readParameters(),
        totals: await through.readTotals(),
      };
      const resumed = new TrainingSession(engine.kernels, stack, state, settings);
      for (const session of [through, resumed]) {
        for (let step = 3; step < 6; step += 1) session.train(makeBatch(8, step), learningRate);
      }
      expect(await resumed.readParameters()).toEqual(await through.readParameters());
      expect(await resumed.readTotals()).toEqual(await through.readTotals());
      through.dispose();
      resumed.dispose();
    });

    test('Adam follows the formula for five steps', async () => {
      const values = [0.5, -2, 3];
      const adam = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
      const moments = { firstMoment: new Float32Array(3), secondMoment: new Float32Array(3) };
      const parameter = engine.kernels.createParameter({ value: Float32Array.from(values), ...moments }, [3]);
      const first = [0, 0, 0];
      const second = [0, 0, 0];
      for (let step = 1; step <= 5; step += 1) {
        const gradient = [Math.sin(step), step, -0.001 * step];
        tf.tidy(() => engine.kernels.applyAdam(parameter, tf.tensor1d(gradient), { ...adam, step }));
        gradient.forEach((slope, index) => {
          first[index] = 0.9 * first[index]! + 0.1 * slope;
          second[index] = 0.999 * second[index]! + 0.001 * slope ** 2;
          const stepSize = (0.1 * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
          values[index]! -= (stepSize * first[index]!) / (Math.sqrt(second[index]!) + 1e-7);
        });
      }
      const trained = await engine.kernels.readValues(parameter);
      engine.kernels.release(parameter);
      const close = (numbers: readonly number[]) => numbers.map((number) => expect.closeTo(number, 5));
      expect(Array.from(trained.value)).toEqual(close(values));
      expect(Array.from(trained.firstMoment)).toEqual(close(first));
      expect(Array.from(trained.secondMoment)).toEqual(close(second));
    });

    test('a validation batch has the loss and accuracy that TF.js gives the same model, plus l2 as in Keras', async () => {
      const config = runConfigSchema.parse({ hidden: [5, 4], classes: 3, l2: 0.01 });
      const stackOfModel = stack.map((layer) => ({ ...layer, l2: 0.01 }));
      const weights = initialWeights(stackOfModel, 2);
      const batch = makeBatch(40);
      const session = new TrainingSession(engine.kernels, stackOfModel, startingState(weights), settings);
      const totals = await session.evaluate(batch);
      session.dispose();

      const model = buildMlp(config, [2, 3]);
      setModelWeights(model, flatten(weights));
      model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
      const images = tf.tensor3d(batch.images, [40, 2, 3]);
      const labels = tf.tensor1d(Float32Array.from(batch.labels));
      const [loss, accuracy] = (await model.evaluate(images, labels, { batchSize: 40 })) as tf.Scalar[];
      // TF.js leaves the regularisation out of evaluate; Keras has it in.
      const squares = weights
        .flatMap(({ kernel }) => [...kernel])
        .reduce((sum, value) => sum + value ** 2, 0);
      expect(totals.loss / 40).toBeCloseTo(loss!.dataSync()[0]! + 0.01 * squares, 4);
      expect(totals.correctCount / 40).toBeCloseTo(accuracy!.dataSync()[0]!, 6);
    });

    test('totals are sums over images, count finite steps, and start anew with an epoch', async () => {
      const session = new TrainingSession(
        engine.kernels,
        stack,
        startingState(initialWeights(stack, 2)),
        settings,
      );
      const batch = makeBatch(8);
      session.train(batch, learningRate);
      session.train(makeBatch(3), learningRate);
      const totals = await session.readTotals();
      expect(totals.loss / 11).toBeGreaterThan(0.5);
      expect(totals.loss / 11).toBeLessThan(3);
      expect(Number.isInteger(totals.correctCount)).toBe(true);
      expect(totals.finiteStepCount).toBe(2);
      batch.images[0] = Number.NaN;
      session.train(batch, learningRate);
      session.train(batch, learningRate);
      expect(await session.readTotals()).toMatchObject({ loss: Number.NaN, finiteStepCount: 2 });
      session.startEpoch();
      expect(await session.readTotals()).toEqual({ loss: 0, correctCount: 0, finiteStepCount: 0 });
      session.dispose();
    });

    test('tensors stay flat from step to step, and none is left behind', async () => {
      const before = tf.memory().numTensors;
      const session = new TrainingSession(
        engine.kernels,
        stack,
        startingState(initialWeights(stack, 2)),
        settings,
      );
      const batch = makeBatch(8);
      session.train(batch, learningRate);
      const afterOne = tf.memory().numTensors;
      for (let step = 0; step < 20; step += 1) session.train(batch, learningRate);
      await session.evaluate(batch);
      expect(tf.memory().numTensors).toBe(afterOne);
      await session.readTotals();
      await session.readParameters();
      session.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    test('a dropout mask keeps 1 - rate, scales by 1 / (1 - rate), and is named by seed, step and layer', () => {
      const mask = (seed: number, step: number, layer: number) =>
        tf.tidy(() => engine.kernels.dropoutMask([100, 100], 0.3, { seed, step, layer }).dataSync());
      const values = mask(1, 1, 0);
      const kept = values.filter((value) => value !== 0);
      expect(Math.abs(kept.length / 10_000 - 0.7)).toBeLessThan(6 * Math.sqrt(0.21 / 10_000));
      for (const value of new Set(kept)) expect(value).toBeCloseTo(1 / 0.7, 5);
      expect(mask(1, 1, 0)).toEqual(values);
      for (const other of [mask(2, 1, 0), mask(1, 2, 0), mask(1, 1, 1)]) expect(other).not.toEqual(values);
    });
  });
}
