import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { RandomMasks } from '../../model/layers/dropout';
import { createRandom, randomStreams } from '../../random/seeded-random';

/** Random masks of one training step: equal for equal seed, training step and order. */
export class WasmMasks implements RandomMasks {
  #index = 0;

  /** @param position - training steps count from 1. */
  constructor(private readonly position: { readonly seed: number; readonly step: number }) {}

  draw(shape: readonly number[], rate: number): Tensor {
    const { seed, step } = this.position;
    const random = createRandom(seed, randomStreams.dropout, step, this.#index);
    this.#index += 1;
    const threshold = rate * 2 ** 32;
    const scale = 1 / (1 - rate);
    const mask = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let index = 0; index < mask.length; index += 1) mask[index] = random() < threshold ? 0 : scale;
    return tensor(mask, [...shape]);
  }
}
