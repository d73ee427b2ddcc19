import { z } from 'zod';
import { flag, ignored, type Shape } from './settings';

export const epsilon = z.number().gt(0).default(0.001);
export const affine = { center: flag(true), scale: flag(true) };
export const affineSettings = {
  beta_initializer: ignored,
  gamma_initializer: ignored,
  beta_regularizer: ignored,
  gamma_regularizer: ignored,
  beta_constraint: ignored,
  gamma_constraint: ignored,
};

export function affineNames({
  center,
  scale,
}: {
  readonly center: boolean;
  readonly scale: boolean;
}): string[] {
  return [...(scale ? ['gamma'] : []), ...(center ? ['beta'] : [])];
}

/** The axis counts the batch as 0; from the end, -1 is the last. */
export function axisSize(inputShape: Shape, axis: number): number {
  return (axis < 0 ? inputShape.at(axis) : inputShape[axis - 1]) ?? 0;
}
