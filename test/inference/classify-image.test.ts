import { memory } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { indexNames } from '../../lib/contracts/class-names';
import type { ImageShape } from '../../lib/contracts/image-shape';
import type { DecodedImage } from '../../lib/image/decode-image';
import { assertAcceptsImages } from '../../lib/inference/accepted-images';
import { classifyImage } from '../../lib/inference/classify-image';
import { attachLabels } from '../../lib/model/model-labels';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { buildCnn, randomizeWeights, sampleModels } from '../support/sample-models';

beforeAll(useWasmBackend);

const options = { fileName: 'bar.png', isInverted: undefined, isRaw: false };

/** A vertical bar of `ink` on `paper`, both from 0 to 255. */
function drawBar(ink: number, paper: number, shape: readonly [number, number] = [12, 12]): DecodedImage {
  const [height, width] = shape;
  const rgba = Uint8Array.from({ length: height * width * 4 }, (_, at) => {
    if (at % 4 === 3) return 255;
    const [row, column] = [Math.floor(at / 4 / width), Math.floor(at / 4) % width];
    return column === width >> 1 && row > 0 && row < height - 1 ? ink : paper;
  });
  return { rgba, shape, format: 'PNG', isLossy: false };
}

/** Runs `use` with a model of random weights, and checks that no other tensor is left. */
async function withModel(
  build: () => LayersModel,
  use: (model: LayersModel) => Promise<void>,
): Promise<void> {
  const model = build();
  randomizeWeights(model);
  const { numTensors } = memory();
  try {
    await use(model);
    expect(memory().numTensors).toBe(numTensors);
  } finally {
    model.dispose();
  }
}

test.each([
  ['a perceptron', sampleModels['the perceptron']],
  ['a convolutional network', () => buildCnn([6, 6], 3)],
  [
    'a network with a channel',
    () =>
      sequential({
        layers: [
          layers.flatten({ inputShape: [6, 6, 1] }),
          layers.dense({ units: 3, activation: 'softmax' }),
        ],
      }),
  ],
])('%s gives a distribution, its highest class, and how the image was read', async (_, build) => {
  await withModel(build, async (model) => {
    const { predicted, probabilities, reading } = await classifyImage(model, drawBar(0, 255), options);
    expect(probabilities).toHaveLength(3);
    expect(probabilities.reduce((sum, each) => sum + each)).toBeCloseTo(1, 5);
    expect(probabilities[predicted]).toBe(Math.max(...probabilities));
    expect(reading).toEqual({
      ...{ ink: 'dark', decidedBy: 'border', format: 'PNG', width: 12, height: 12, isCentered: true },
    });
  });
});

test('both polarities give the same probabilities', async () => {
  await withModel(sampleModels['the perceptron'], async (model) => {
    const dark = await classifyImage(model, drawBar(0, 255), options);
    const light = await classifyImage(model, drawBar(255, 0), options);
    expect(light.probabilities).toEqual(dark.probabilities);
  });
});

test('a raw image has no doubts, and must have the size of the model', async () => {
  await withModel(sampleModels['the perceptron'], async (model) => {
    const raw = { ...options, isRaw: true };
    const { doubts, reading } = await classifyImage(model, drawBar(255, 0, [6, 6]), raw);
    expect({ doubts, isCentered: reading.isCentered }).toEqual({ doubts: [], isCentered: false });
    await expect(classifyImage(model, drawBar(255, 0), raw)).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('bar.png is 12×12 pixels'),
    });
  });
});

/** Flatten and softmax: the probabilities grow with the values of the input. */
const showInput = (inputShape: number[]) => () =>
  sequential({ layers: [layers.flatten({ inputShape }), layers.softmax({})] });
/** The values of the input in [0, 1], from the probabilities of `showInput`. @param atOne - the index of a value that is 1. */
const inputOf = (probabilities: readonly number[], atOne: number) =>
  probabilities.map((each) => 1 + Math.log(each / probabilities[atOne]!));

/** 2×4 pixels: the left half red, the right half white. */
const redAndWhite: DecodedImage = {
  rgba: Uint8Array.from({ length: 32 }, (_, at) => (at % 4 === 0 || at % 4 === 3 || at % 16 >= 8 ? 255 : 0)),
  shape: [2, 4],
  format: 'PNG',
  isLossy: false,
};

test('a model of color images gets the whole image, scaled to fit', async () => {
  await withModel(showInput([2, 2, 3]), async (model) => {
    const { probabilities, reading } = await classifyImage(model, redAndWhite, options);
    expect(reading).toEqual({
      ...{ format: 'PNG', width: 4, height: 2, isCentered: false, isScaled: true, isInverted: false },
    });
    // Red and white in one row; the other one is padded.
    const expected = [1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map((value) => expect.closeTo(value, 4));
    expect(inputOf(probabilities, 0)).toEqual(expected);
  });
});

test('a raw image in color is unchanged', async () => {
  await withModel(showInput([2, 4, 3]), async (model) => {
    const { probabilities } = await classifyImage(model, redAndWhite, { ...options, isRaw: true });
    const row = [1, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1];
    expect(inputOf(probabilities, 0)).toEqual([...row, ...row].map((value) => expect.closeTo(value, 4)));
  });
});

test.each([
  ['as they are', { isCentered: false, isInverted: false }, undefined, [0.299, 1]],
  ['inverted', { isCentered: false, isInverted: true }, undefined, [0.701, 0]],
  ['inverted, but the user says no', { isCentered: false, isInverted: true }, false, [0.299, 1]],
] as const)(
  'a model of gray images that are no centered digits gets them %s',
  async (_, preparation, isInverted, expected) => {
    await withModel(showInput([2, 4]), async (model) => {
      attachLabels(model, { classNames: indexNames(8), white: 255, preparation });
      const { probabilities, doubts } = await classifyImage(model, redAndWhite, { ...options, isInverted });
      const [left, right] = [probabilities[0]!, probabilities[2]!];
      expect(Math.log(right / left)).toBeCloseTo(expected[1] - expected[0], 2);
      expect(doubts).toEqual([expect.stringMatching(/^The model hesitates between/)]);
    });
  },
);

test('an image without a digit is refused', async () => {
  await withModel(sampleModels['the perceptron'], async (model) => {
    await expect(classifyImage(model, drawBar(9, 9), options)).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('There is no digit here'),
    });
  });
});

test.each<[readonly (number | null)[], ImageShape, boolean]>([
  [[6, 6], [6, 6], true],
  [[6, 6, 1], [6, 6], true],
  [[36], [6, 6], true],
  [[null, null, 1], [6, 6], true],
  [[6, 7], [6, 6], false],
  [[6, 6, 3], [6, 6], false],
  [[35], [6, 6], false],
  [[6, 6, 3], [6, 6, 3], true],
  [[null, null, 3], [6, 6, 3], true],
  [[108], [6, 6, 3], true],
  [[6, 6], [6, 6, 3], false],
  [[6, 6, 1], [6, 6, 3], false],
  [[36], [6, 6, 3], false],
])('an input of %j takes images of %j: %s', (shape, imageShape, isAccepted) => {
  const model = { inputs: [{ shape: [null, ...shape] }] } as unknown as LayersModel;
  const check = () => assertAcceptsImages(model, imageShape, 'The model');
  if (isAccepted) expect(check).not.toThrow();
  else
    expect(check).toThrow(
      /^The model takes an input of .*, but the images of the dataset have 6×6 pixels( in color)?\./,
    );
});
