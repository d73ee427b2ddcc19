import { ElasticField, elasticDeviation } from '../../lib/augmentation/elastic-field';
import { createRandom } from '../../lib/random/seeded-random';

const side = 28;
/** Four standard errors: 0.06 of a deviation, 0.09 of a correlation. */
const fieldCount = 2000;

/** The displacements of one pixel in many fields; direction 0 is horizontal, 1 vertical. */
type Drawn = (pixel: number, direction?: 0 | 1) => number[];

function drawFields(elasticPixels: number, elasticSigma: number): Drawn {
  const field = new ElasticField({ elasticPixels, elasticSigma }, [side, side]);
  const random = createRandom(1);
  const fields = Array.from({ length: fieldCount }, () => {
    field.draw(random);
    return field.displacements.slice();
  });
  return (pixel, direction = 0) => {
    const at = (2 * Math.floor(pixel / side) + direction) * side + (pixel % side);
    return fields.map((displacements) => displacements[at]!);
  };
}

function correlation(first: readonly number[], second: readonly number[]): number {
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  return product(first, second) / Math.sqrt(product(first, first) * product(second, second));
}

const deviation = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);

/** The weights of a Gaussian filter, as SciPy's `gaussian_filter` cuts it: at four standard deviations. */
function filterWeights(sigma: number): number[] {
  const radius = Math.ceil(4 * sigma);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, at) =>
    Math.exp(-(((at - radius) / sigma) ** 2) / 2),
  );
  const sum = weights.reduce((total, weight) => total + weight);
  return weights.map((weight) => weight / sum);
}

/** As in the paper: noise at every pixel, and a separable filter over all of them. */
function filterNoise(amplitude: number, sigma: number, count: number): number[] {
  const weights = filterWeights(sigma);
  const random = createRandom(2);
  return Array.from({ length: count }, () => {
    let value = 0;
    for (const row of weights) {
      for (const column of weights) value += row * column * (random() / 2 ** 31 - 1);
    }
    return amplitude * value;
  });
}

/** Of two pixels of filtered noise at this distance along an axis. */
function filteredCorrelation(sigma: number, distance: number): number {
  const weights = filterWeights(sigma);
  const overlap = (shift: number) =>
    weights.reduce((sum, weight, at) => sum + weight * (weights[at + shift] ?? 0), 0);
  return overlap(distance) / overlap(0);
}

describe.each([
  [34, 4],
  [8, 1.5],
  [3, 0.5],
  [200, 9.3],
])('amplitude %d, sigma %d', (amplitude, sigma) => {
  const at = drawFields(amplitude, sigma);
  const expected = elasticDeviation({ elasticPixels: amplitude, elasticSigma: sigma });

  test('the stated standard deviation is that of a filter over all pixels', () => {
    expect(Math.abs(deviation(filterNoise(amplitude, sigma, 1000)) / expected - 1)).toBeLessThan(0.1);
  });

  test('every pixel has it, in both directions', () => {
    for (const pixel of [0, 13, 27, 5 * side + 9, 14 * side + 14, 15 * side + 17, side * side - 1]) {
      for (const direction of [0, 1] as const)
        expect(Math.abs(deviation(at(pixel, direction)) / expected - 1)).toBeLessThan(0.07);
    }
  });

  test('pixels move together as after a filter over all pixels, and both directions independently', () => {
    const center = 14 * side + 10;
    for (const distance of [1, 2, 4, 8]) {
      const wanted = filteredCorrelation(sigma, distance);
      for (const other of [center + distance, center + distance * side])
        expect(Math.abs(correlation(at(center), at(other)) - wanted)).toBeLessThan(0.09);
    }
    expect(Math.abs(correlation(at(center), at(center, 1)))).toBeLessThan(0.09);
  });
});

test('images may have any shape', () => {
  for (const [height, width] of [
    [1, 1],
    [3, 50],
    [50, 3],
  ] as const) {
    const field = new ElasticField({ elasticPixels: 10, elasticSigma: 4 }, [height, width]);
    field.draw(createRandom(1));
    expect(field.displacements).toHaveLength(2 * height * width);
    expect(field.displacements.every((value) => value !== 0 && Math.abs(value) < 5)).toBe(true);
  }
});
