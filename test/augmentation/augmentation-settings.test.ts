import { assertAugmentationFits, isAugmented } from '../../lib/augmentation/augmentation-settings';
import { type RunConfig, runConfigSchema } from '../../lib/contracts/run-config';

const settings = (change: Partial<RunConfig>) => runConfigSchema.parse(change);

test('the default configuration augments nothing; each of five settings does', () => {
  expect(isAugmented(settings({}))).toBe(false);
  for (const name of [
    'shiftPixels',
    'rotationDegrees',
    'zoomFraction',
    'shearFraction',
    'elasticPixels',
  ] as const)
    expect(isAugmented(settings({ [name]: 0.5 }))).toBe(true);
});

test.each<[Partial<RunConfig>, readonly [number, number], boolean]>([
  [{}, [1, 1], true],
  [{ rotationDegrees: 180, zoomFraction: 0.9, shearFraction: 2 }, [1, 1], true],
  [{ shiftPixels: 13.9 }, [28, 28], true],
  [{ shiftPixels: 14 }, [28, 28], false],
  [{ shiftPixels: 13.9 }, [40, 28], true],
  [{ shiftPixels: 14 }, [28, 40], false],
  [{ elasticPixels: 34 }, [28, 28], true],
  [{ elasticPixels: 34 }, [8, 8], false],
  [{ elasticPixels: 100, elasticSigma: 1 }, [28, 28], false],
  [{ elasticPixels: 100, elasticSigma: 6 }, [28, 28], true],
  [{ shiftPixels: 9.8, elasticPixels: 34 }, [28, 28], true],
  [{ shiftPixels: 9.9, elasticPixels: 34 }, [28, 28], false],
])('%j fits into images of %j: %s', (change, shape, fits) => {
  const check = () => assertAugmentationFits(settings(change), shape);
  if (fits) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
});

test('the message has what was given, the size of the images, and the limit', () => {
  expect(() => assertAugmentationFits(settings({ shiftPixels: 15, elasticPixels: 34 }), [28, 28])).toThrow(
    'The augmentation would move the ink of some images out of them: the images are 28×28 pixels, and shiftPixels 15 and elasticPixels 34 with elasticSigma 4 (up to 4.17 pixels) move them by up to 19.2 pixels. It must be less than 14, half of the shorter side: use smaller values.',
  );
});
