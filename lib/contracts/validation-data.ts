import type { RunConfig } from './run-config';

/** The settings that choose the validation data of a run. */
export type ValidationSettings = Pick<RunConfig, 'validationFraction' | 'folds' | 'fold' | 'seed'>;

/** Whether the validation data is a part of the training images; otherwise it is the test images. */
export const holdsOutImages = ({
  validationFraction,
  folds,
}: Pick<RunConfig, 'validationFraction' | 'folds'>): boolean => validationFraction > 0 || folds > 0;

/** Equal for runs with the same validation data, on the same images; empty for the test images. */
export function nameValidationData(settings: ValidationSettings): string {
  const { validationFraction, folds, fold, seed } = settings;
  if (!holdsOutImages(settings)) return '';
  return folds > 0
    ? `fold ${fold} of ${folds}, seed ${seed}`
    : `fraction ${validationFraction}, seed ${seed}`;
}

/** Equal for runs that were measured on the same images, on the same dataset. */
export const nameMeasuredImages = (config: ValidationSettings & Pick<RunConfig, 'evaluateOn'>): string =>
  config.evaluateOn === 'validation' ? nameValidationData(config) : '';
