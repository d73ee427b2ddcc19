import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { runConfigSchema } from '../../lib/contracts/run-config';
import type { Batch } from '../../lib/dataset/image-source';
import { normalizePixels } from '../../lib/dataset/pixels';
import { setModelWeights } from '../../lib/model/model-files';
import { createRandom } from '../../lib/random/seeded-random';
import { drawWeights } from '../../lib/training/draw-weights';
import type { SessionSettings, TrainingEngine, TrainingSession } from '../../lib/training/training-engine';
import { layOutState, toInitialState, type WeightState } from '../../lib/training/training-state';
import { assembleStages, buildMlp, type DenseStage } from './perceptron';

/** What the suite needs from an engine. */
export interface TestedEngine {
  readonly engine: TrainingEngine;
  /** [shape], row-major: the mask that the engine uses. */
  drawMask(shape: readonly [number, number], rate: number, position: MaskPosition): Promise<Float32Array>;
  /** Number of tensors in the engine. */
  countTensors(): number;
}

export interface MaskPosition {
  readonly seed: number;
  readonly step: number;
  /** Of the mask in its training step. */
  readonly index: number;
}

const testedStages: readonly DenseStage[] = [
  { inputs: 6, units: 5, dropoutRate: 0.2, l2: 0.01 },
  { inputs: 5, units: 4, dropoutRate: 0, l2: 0 },
  { inputs: 4, units: 3, dropoutRate: 0.4, l2: 0.02 },
];
/** So that `evaluate` computes the same loss as `train`. */
const withoutDropout = testedStages.map((layer) => ({ ...layer, dropoutRate: 0 }));
const settings: SessionSettings = {
  ...runConfigSchema.parse({ seed: 3 }),
  batchSizes: { training: [3, 7, 8, 32, 40], evaluation: [8, 32, 40] },
};
const learningRate = 0.01;

/** Kernel, bias, kernel, … */
const testedShapes = testedStages.flatMap(({ inputs, units }) => [[inputs, units], [units]]);

const drawStages = (stages: readonly DenseStage[], seed: number): Float32Array[] => {
  const model = assembleStages(stages);
  const weights = drawWeights(model, seed);
  model.dispose();
  return weights;
};

const startFrom = (weights: readonly Float32Array[], changed: Partial<SessionSettings> = {}) => {
  const all = { ...settings, ...changed };
  const described = testedShapes.map((shape) => ({ shape, isTrained: true }));
  return toInitialState(layOutState(described, all), weights);
};

function makeBatch(count: number, seed = 1): Batch {
  const random = createRandom(seed);
  return {
    count,
    pixels: Uint8Array.from({ length: count * 6 }, () => random() % 256),
    labels: Int32Array.from({ length: count }, () => random() % 3),
  };
}

/** The mean loss of a training step, written only with TensorFlow.js operations, as a function of all weights. */
function referenceLoss(
  batch: Batch,
  stages: readonly DenseStage[],
  masks: readonly (Float32Array | undefined)[],
) {
  return (...weights: tf.Tensor[]): tf.Scalar => {
    let activation = tf.tensor2d(normalizePixels(batch.pixels), [batch.count, 6]);
    let penalty = tf.scalar(0);
    for (const [layer, { l2 }] of stages.entries()) {
      const kernel = weights[2 * layer] as tf.Tensor2D;
      const mask = masks[layer];
      if (mask !== undefined) activation = tf.mul(activation, tf.tensor2d(mask, activation.shape));
      activation = tf.add(tf.matMul(activation, kernel), weights[2 * layer + 1]!);
      if (layer < stages.length - 1) activation = tf.relu(activation);
      penalty = tf.add(penalty, tf.mul(tf.sum(tf.square(kernel)), l2));
    }
    const truth = tf.oneHot(tf.tensor1d(batch.labels, 'int32'), 3);
    const losses = tf.neg(tf.sum(tf.mul(tf.logSoftmax(activation), truth), 1));
    return tf.add(tf.mean(losses), penalty);
  };
}

/** By automatic differentiation. */
function differentiate(loss: (...weights: tf.Tensor[]) => tf.Scalar, values: readonly Float32Array[]) {
  return tf.tidy(() =>
    tf
      .grads(loss)(values.map((each, index) => tf.tensor(each, testedShapes[index])))
      .map((gradient) => gradient.dataSync<'float32'>()),
  );
}

/** After one training step from zero moments, the first moment is a tenth of the gradient, since β₁ is 0.9. */
const gradientsOf = (weights: readonly WeightState[]) =>
  weights.map(({ firstMoment }) => firstMoment!.map((value) => value / 0.1));

const closeTo = (expected: ArrayLike<number>, digits: number) =>
  Array.from(expected, (value) => expect.closeTo(value, digits));

/** The conformance suite of all engines. */
export function describeTrainingEngine(name: string, open: () => Promise<TestedEngine>): void {
  describe(name, () => {
    let tested: TestedEngine;
    beforeAll(async () => {
      tested = await open();
    });

    let models: LayersModel[] = [];
    afterEach(() => {
      for (const model of models) model.dispose();
      models = [];
    });
    const assembleTested = (stages: readonly DenseStage[]) => {
      const model = assembleStages(stages);
      models.push(model);
      return model;
    };

    const openSession = (
      stages: readonly DenseStage[] = testedStages,
      weights = drawStages(stages, 9),
      changed: Partial<SessionSettings> = {},
    ): TrainingSession =>
      tested.engine.openSession(assembleTested(stages), startFrom(weights, changed), {
        ...settings,
        ...changed,
      });

    /** The gradients of one training step. */
    const takeGradients = async (
      batch: Batch,
      stages: readonly DenseStage[] = testedStages,
      clipNorm = 0,
    ) => {
      const session = openSession(stages, undefined, { clipNorm });
      session.train(batch, learningRate);
      const gradients = gradientsOf(await session.readWeights());
      session.dispose();
      return gradients;
    };

    test('the gradients are those of automatic differentiation, dropout and l2 included', async () => {
      const batch = makeBatch(7);
      const gradients = await takeGradients(batch);
      const masks = await Promise.all(
        testedStages.map(async ({ inputs, dropoutRate }, layer) =>
          dropoutRate === 0
            ? undefined
            : tested.drawMask([7, inputs], dropoutRate, {
                seed: settings.seed,
                step: 1,
                index: layer === 0 ? 0 : 1,
              }),
        ),
      );
      const expected = differentiate(referenceLoss(batch, testedStages, masks), drawStages(testedStages, 9));
      expect(gradients).toHaveLength(6);
      gradients.forEach((gradient, index) => {
        expect(Array.from(gradient)).toEqual(closeTo(expected[index]!, 5));
      });
      expect(gradients.some((gradient) => gradient.some((value) => Math.abs(value) > 0.01))).toBe(true);
    });

    test('the gradients are the slope of the loss, by finite differences', async () => {
      const weights = drawStages(withoutDropout, 9);
      const batch = makeBatch(32);
      const gradients = await takeGradients(batch, withoutDropout);
      const random = createRandom(5);
      const directions = gradients.map((each) => each.map(() => random() / 2 ** 31 - 1));
      const lossAt = async (distance: number) => {
        const moved = weights.map((values, weight) =>
          values.map((value, index) => value + distance * directions[weight]![index]!),
        );
        const there = openSession(withoutDropout, moved);
        const { loss } = await there.evaluate(batch);
        there.dispose();
        return loss / batch.count;
      };
      const distance = 3e-3;
      const measured = ((await lossAt(distance)) - (await lossAt(-distance))) / (2 * distance);
      const slope = gradients
        .flatMap((each, parameter) => [...each].map((value, index) => value * directions[parameter]![index]!))
        .reduce((sum, product) => sum + product);
      expect(Math.abs(slope)).toBeGreaterThan(0.05);
      expect(measured / slope).toBeCloseTo(1, 2);
    });

    test('clipping scales all gradients by one factor down to the given norm, and never up', async () => {
      const normOf = (arrays: readonly Float32Array[]) => Math.hypot(...arrays.flatMap((each) => [...each]));
      const free = await takeGradients(makeBatch(7));
      const clipped = await takeGradients(makeBatch(7), testedStages, normOf(free) / 4);
      for (const [index, gradient] of free.entries()) {
        expect(Array.from(clipped[index]!)).toEqual(
          closeTo(
            gradient.map((value) => value / 4),
            6,
          ),
        );
      }
      expect(normOf(await takeGradients(makeBatch(7), testedStages, normOf(free) * 4))).toBeCloseTo(
        normOf(free),
        5,
      );
    });

    test('a session that resumes from the state of another session computes the same bytes', async () => {
      const through = openSession();
      for (let step = 0; step < 3; step += 1) through.train(makeBatch(8, step), learningRate);
      const state = {
        step: 3,
        weights: await through.readWeights(),
        totals: await through.readTotals(),
      };
      const resumed = tested.engine.openSession(assembleTested(testedStages), state, settings);
      for (const session of [through, resumed]) {
        for (let step = 3; step < 6; step += 1) session.train(makeBatch(8, step), learningRate);
      }
      expect(resumed.step).toBe(6);
      expect(await resumed.readWeights()).toEqual(await through.readWeights());
      expect(await resumed.readTotals()).toEqual(await through.readTotals());
      through.dispose();
      resumed.dispose();
    });

    test('a batch in a part of shared memory, whose memory changes afterwards, is trained on like any other', async () => {
      const [plain, shared] = [openSession(), openSession()];
      const memory = new Uint8Array(new SharedArrayBuffer(100));
      for (let step = 0; step < 3; step += 1) {
        const batch = makeBatch(8, step);
        plain.train(batch, learningRate);
        memory.set(batch.pixels, 10);
        shared.train({ ...batch, pixels: memory.subarray(10, 58) }, learningRate);
        memory.fill(255);
      }
      expect(await shared.readWeights()).toEqual(await plain.readWeights());
      plain.dispose();
      shared.dispose();
    });

    test('a session does not change the values that it was created from', async () => {
      const state = startFrom(drawStages(testedStages, 9));
      const before = structuredClone(state.weights);
      const session = tested.engine.openSession(assembleTested(testedStages), state, settings);
      for (let step = 0; step < 3; step += 1) session.train(makeBatch(8, step), learningRate);
      session.dispose();
      expect(state.weights).toEqual(before);
    });

    test('five training steps match automatic differentiation and the formula of Adam', async () => {
      const values = drawStages(withoutDropout, 9).map((each) => Float64Array.from(each));
      const firstMoments = values.map((each) => new Float64Array(each.length));
      const secondMoments = values.map((each) => new Float64Array(each.length));
      const session = openSession(withoutDropout);
      for (let step = 1; step <= 5; step += 1) {
        const batch = makeBatch(40, step);
        session.train(batch, learningRate);
        const float = values.map((each) => Float32Array.from(each));
        const gradients = differentiate(referenceLoss(batch, withoutDropout, []), float);
        const stepSize = (learningRate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
        for (const [parameter, gradient] of gradients.entries()) {
          const [value, first, second] = [
            values[parameter]!,
            firstMoments[parameter]!,
            secondMoments[parameter]!,
          ];
          gradient.forEach((slope, index) => {
            first[index] = 0.9 * first[index]! + 0.1 * slope;
            second[index] = 0.999 * second[index]! + 0.001 * slope ** 2;
            value[index]! -= (stepSize * first[index]!) / (Math.sqrt(second[index]!) + 1e-7);
          });
        }
      }
      const trained = await session.readWeights();
      session.dispose();
      for (const [parameter, { value, firstMoment, secondMoment }] of trained.entries()) {
        expect(Array.from(value!)).toEqual(closeTo(values[parameter]!, 4));
        expect(Array.from(firstMoment!)).toEqual(closeTo(firstMoments[parameter]!, 5));
        expect(Array.from(secondMoment!)).toEqual(closeTo(secondMoments[parameter]!, 5));
      }
    });

    test('a validation batch has the loss and accuracy of the same TensorFlow.js model, plus l2 as in Keras', async () => {
      const config = { ...runConfigSchema.parse({ hidden: [5, 4], l2: 0.01 }), classes: 3 };
      const regularized = testedStages.map((layer) => ({ ...layer, l2: 0.01 }));
      const weights = drawStages(regularized, 2);
      const batch = makeBatch(40);
      const session = openSession(regularized, weights);
      const totals = await session.evaluate(batch);
      session.dispose();

      const model = buildMlp(config, [2, 3]);
      setModelWeights(model, weights);
      model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
      const images = tf.tensor3d(normalizePixels(batch.pixels), [40, 2, 3]);
      const labels = tf.tensor1d(Float32Array.from(batch.labels));
      const [loss, accuracy] = (await model.evaluate(images, labels, { batchSize: 40 })) as tf.Scalar[];
      // TensorFlow.js excludes the regularization from evaluate; Keras includes it.
      const kernels = weights.filter((_, index) => index % 2 === 0).flatMap((kernel) => [...kernel]);
      const squares = kernels.reduce((sum, value) => sum + value ** 2, 0);
      expect(totals.loss / 40).toBeCloseTo(loss!.dataSync()[0]! + 0.01 * squares, 4);
      expect(totals.correctCount / 40).toBeCloseTo(accuracy!.dataSync()[0]!, 6);
    });

    test('totals are sums over images, count finite training steps, and are reset at each epoch', async () => {
      const session = openSession();
      session.train(makeBatch(8), learningRate);
      session.train(makeBatch(3), learningRate);
      const totals = await session.readTotals();
      expect(totals.loss / 11).toBeGreaterThan(0.5);
      expect(totals.loss / 11).toBeLessThan(3);
      expect(Number.isInteger(totals.correctCount)).toBe(true);
      expect(totals.finiteStepCount).toBe(2);
      // Destroys the weights; the loss of this training step is still that of the weights before.
      session.train(makeBatch(8), Number.NaN);
      session.train(makeBatch(8), learningRate);
      session.train(makeBatch(8), learningRate);
      expect(await session.readTotals()).toMatchObject({ loss: Number.NaN, finiteStepCount: 3 });
      session.startEpoch();
      expect(await session.readTotals()).toEqual({ loss: 0, correctCount: 0, finiteStepCount: 0 });
      session.dispose();
    });

    test('the number of tensors is constant over training steps, and none is left afterwards', async () => {
      const stages = assembleTested(testedStages);
      const start = startFrom(drawStages(testedStages, 9));
      // The first session may move the model's own weights to the engine.
      tested.engine.openSession(stages, start, settings).dispose();
      const before = tested.countTensors();
      const session = tested.engine.openSession(stages, start, settings);
      const batch = makeBatch(8);
      session.train(batch, learningRate);
      const afterOne = tested.countTensors();
      for (let step = 0; step < 20; step += 1) session.train(batch, learningRate);
      await session.evaluate(batch);
      expect(tested.countTensors()).toBe(afterOne);
      await session.readTotals();
      await session.readWeights();
      session.dispose();
      expect(tested.countTensors()).toBe(before);
    });

    test('a dropout mask keeps 1 - rate, scales by 1 / (1 - rate), and depends on seed, training step and index', async () => {
      const mask = (seed: number, step: number, index: number) =>
        tested.drawMask([100, 100], 0.3, { seed, step, index });
      const values = await mask(1, 1, 0);
      const kept = values.filter((value) => value !== 0);
      expect(Math.abs(kept.length / 10_000 - 0.7)).toBeLessThan(6 * Math.sqrt(0.21 / 10_000));
      for (const value of new Set(kept)) expect(value).toBeCloseTo(1 / 0.7, 4);
      expect(await mask(1, 1, 0)).toEqual(values);
      expect(await tested.drawMask([3, 5], 0.3, { seed: 1, step: 1, index: 0 })).toHaveLength(15);
      for (const other of [await mask(2, 1, 0), await mask(1, 2, 0), await mask(1, 1, 1)])
        expect(other).not.toEqual(values);
    });
  });
}
