import { learningRateAt } from '../../lib/schedule/learning-rate';
import { runPython } from '../support/reference-python';

const batchesPerEpoch = 40;
const cases = [
  { learningRate: 0.001, epochs: 10, warmupEpochs: 1 },
  { learningRate: 0.04, epochs: 5, warmupEpochs: 0.25 },
  { learningRate: 0.3, epochs: 3, warmupEpochs: 2 },
];

test("cosine with a warm-up equals Keras' CosineDecay, which computes in float32", () => {
  const asked = cases.map(({ learningRate, epochs, warmupEpochs }) => ({
    learningRate,
    steps: epochs * batchesPerEpoch,
    warmupSteps: warmupEpochs * batchesPerEpoch,
    at: Array.from({ length: epochs * batchesPerEpoch + 1 }, (_, step) => step),
  }));
  const keras = runPython<number[][]>('keras_schedules.py', [JSON.stringify(asked)]);
  const differences = cases.flatMap((settings, index) =>
    asked[index]!.at.map((step) => {
      const position = { step, batchesPerEpoch, history: [] };
      const rate = learningRateAt({ ...settings, schedule: 'cosine' }, position);
      return Math.abs(rate - keras[index]![step]!) / settings.learningRate;
    }),
  );
  expect(differences).toHaveLength(723);
  expect(Math.max(...differences)).toBeLessThan(1e-6);
});
