import { add, mul, sub } from '@tensorflow/tfjs-core';
import { floatConstant, noLocking, type Optimizer } from './optimizer';

/**
 * Stochastic gradient descent as in Keras: velocity = momentum · velocity - rate · gradient, which is added to the weight.
 *
 * @param nesterov - adds momentum · velocity - rate · gradient instead, with the new velocity; Sutskever et al., "On the
 *   importance of initialization and momentum in deep learning", ICML 2013.
 */
export function sgd(momentum: number, nesterov: boolean): Optimizer {
  return momentum === 0 ? plainSgd : sgdWithMomentum(momentum, nesterov);
}

const plainSgd: Optimizer = {
  slots: [],
  rates: (_, learningRate) => [learningRate],
  update: ({ value }, gradient, [rate]) => ({ value: sub(value!, mul(gradient, rate!)) }),
  addUpdate: (graph, { value }, gradient, [rate], after) =>
    graph.add('ResourceApplyGradientDescent', [value!.handle, rate!, gradient], noLocking, after),
};

function sgdWithMomentum(momentum: number, nesterov: boolean): Optimizer {
  return {
    slots: ['velocity'],
    rates: plainSgd.rates,
    update: ({ value, velocity }, gradient, [rate]) => {
      const change = mul(gradient, rate!);
      const next = sub(mul(velocity!, momentum), change);
      return { value: add(value!, nesterov ? sub(mul(next, momentum), change) : next), velocity: next };
    },
    addUpdate: (graph, { value, velocity }, gradient, [rate], after) =>
      graph.add(
        'ResourceApplyKerasMomentum',
        [value!.handle, velocity!.handle, rate!, gradient, floatConstant(graph, momentum)],
        { ...noLocking, use_nesterov: { flag: nesterov } },
        after,
      ),
  };
}
