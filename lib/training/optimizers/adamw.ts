import { mul, sub } from '@tensorflow/tfjs-core';
import { adam } from './adam';
import { noLocking, type Optimizer } from './optimizer';

/**
 * Adam with decoupled weight decay; Loshchilov and Hutter, arXiv:1711.05101. As in Keras, every trained weight decays by
 * learning rate · `weightDecay` of its value, before Adam's update.
 */
export function adamw(weightDecay: number): Optimizer {
  return {
    slots: adam.slots,
    rates: (step, learningRate) => [...adam.rates(step, learningRate), learningRate * weightDecay],
    update: ({ value, ...slots }, gradient, rates) => {
      const decayed = sub(value!, mul(value!, rates.at(-1)!));
      return adam.update({ value: decayed, ...slots }, gradient, rates);
    },
    addUpdate: (graph, weight, gradient, rates, after) => {
      const { handle, value } = weight['value']!;
      const decay = [handle, rates.at(-1)!, value];
      const decayed = graph.add('ResourceApplyGradientDescent', decay, noLocking, after);
      return adam.addUpdate(graph, weight, gradient, rates, [...after, decayed]);
    },
  };
}
