import { fitImageShape, fitPixelRange } from '../../lib/model/fit-images';
import { readGraph } from '../../lib/model/read-graph';

const what = 'The network';
const layer = (class_name: string, name: string, config: object = {}) => ({
  class_name,
  config: { name, ...config },
});
const dense = layer('Dense', 'scores', { units: 3 });
const read = (shape: (number | null)[], ...layers: object[]) =>
  readGraph(
    {
      class_name: 'Sequential',
      config: {
        name: 'given',
        layers: [layer('InputLayer', 'images', { batch_shape: [null, ...shape] }), ...layers],
      },
    },
    { what, kerasMajor: 3 },
  );
const namesOf = ({ layers }: ReturnType<typeof read>) => layers.map(({ config }) => config.name);

test.each([
  [
    [6, 7],
    [6, 7],
  ],
  [
    [6, 7, 1],
    [6, 7, 1],
  ],
  [
    [null, null, 1],
    [6, 7, 1],
  ],
  [
    [6, null],
    [6, 7],
  ],
])('an input of %j is one of %j', (shape, expected) => {
  const graph = fitImageShape(read(shape, layer('Flatten', 'flatten'), dense), [6, 7], what);
  expect(graph.inputShape).toEqual(expected);
  expect(namesOf(graph)).toEqual(['flatten', 'scores']);
});

test('a network of flat images gets a Flatten with a free name', () => {
  const graph = fitImageShape(read([42], layer('Dense', 'flatten', { units: 4 }), dense), [6, 7], what);
  expect(graph.inputShape).toEqual([6, 7]);
  expect(namesOf(graph)).toEqual(['flatten_1', 'flatten', 'scores']);
  expect(graph.calls).toEqual([
    { layer: 0, inputs: [-1] },
    { layer: 1, inputs: [0] },
    { layer: 2, inputs: [1] },
  ]);
  expect(graph.members).toMatchObject([{ layer: 0 }, { layer: 1 }, { layer: 2 }]);
});

test.each([[[6, 6]], [[6, 7, 3]], [[41]], [[1, 6, 7]], [[null, null, 3]]])(
  'an input of %j is refused',
  (shape) => {
    expect(() => fitImageShape(read(shape, dense), [6, 7], what)).toThrow(
      /takes an input of .* but the images of the dataset have 6×7 pixels\. .*one of 6×7, 6×7×1, 42\. /,
    );
  },
);

test.each([[[6, 7, 3]], [[null, null, 3]], [[6, 7, null]]])(
  'an input of %j is one of color images',
  (shape) => {
    const graph = fitImageShape(read(shape, layer('Flatten', 'flatten'), dense), [6, 7, 3], what);
    expect(graph.inputShape).toEqual([6, 7, 3]);
  },
);

test('a network of flat color images gets a Flatten', () => {
  const graph = fitImageShape(read([126], dense), [6, 7, 3], what);
  expect(graph.inputShape).toEqual([6, 7, 3]);
  expect(namesOf(graph)).toEqual(['flatten', 'scores']);
});

test.each([[[6, 7]], [[6, 7, 1]], [[42]], [[3, 6, 7]]])(
  'an input of %j is refused for color images',
  (shape) => {
    expect(() => fitImageShape(read(shape, dense), [6, 7, 3], what)).toThrow(
      /the images of the dataset have 6×7 pixels in color\. .*one of 6×7×3, 126\. /,
    );
  },
);

const rescaling = (scale: number, offset = 0) => layer('Rescaling', 'rescaling', { scale, offset });

test.each([
  ['by 1/255 is left out', [rescaling(1 / 255)], []],
  ['behind a Flatten is left out', [layer('Flatten', 'flatten'), rescaling(1 / 255)], ['flatten']],
])('a Rescaling of bytes %s', (_, before, remaining) => {
  const graph = fitPixelRange(read([6, 7], ...before, dense));
  expect(namesOf(graph)).toEqual([...remaining, 'scores']);
  expect(graph.calls.at(-1)!.inputs).toEqual([remaining.length - 1]);
});

test.each([
  ['of bytes to -1 … 1', rescaling(1 / 127.5, -1), { scale: 2, offset: -1 }],
  ['of bytes with an offset', rescaling(1 / 255, 0.5), { scale: 1, offset: 0.5 }],
  ['of fractions', rescaling(2, -1), { scale: 2, offset: -1 }],
  ['that inverts fractions', rescaling(-1, 1), { scale: -1, offset: 1 }],
])('a Rescaling %s stays, for fractions', (_, given, expected) => {
  const graph = fitPixelRange(read([6, 7], given, dense));
  const { scale, offset } = graph.layers[0]!.config as { scale: number; offset: number };
  expect(scale).toBeCloseTo(expected.scale, 10);
  expect(offset).toBe(expected.offset);
});

test('a Rescaling within the network stays', () => {
  const graph = read([6, 7], layer('ReLU', 'relu'), rescaling(1 / 255), dense);
  expect(fitPixelRange(graph)).toEqual(graph);
});
