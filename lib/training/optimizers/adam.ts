import { add, div, mul, sqrt, square, sub } from '@tensorflow/tfjs-core';
import { adamDefaults, floatConstant, noLocking, type Optimizer } from './optimizer';

const { beta1, beta2, epsilon } = adamDefaults;

/**
 * Adam in the form at the end of section 2 of the paper, which Keras and TensorFlow use: the step size contains both bias
 * corrections.
 */
export const adam: Optimizer = {
  slots: ['firstMoment', 'secondMoment'],
  rates: (step, learningRate) => [learningRate, beta1 ** step, beta2 ** step],
  update: ({ value, firstMoment, secondMoment }, gradient, rates) => {
    const [learningRate, power1, power2] = rates as [number, number, number];
    const stepSize = (learningRate * Math.sqrt(1 - power2)) / (1 - power1);
    const first = add(mul(firstMoment!, beta1), mul(gradient, 1 - beta1));
    const second = add(mul(secondMoment!, beta2), mul(square(gradient), 1 - beta2));
    const change = div(mul(first, stepSize), add(sqrt(second), epsilon));
    return { value: sub(value!, change), firstMoment: first, secondMoment: second };
  },
  addUpdate: (graph, { value, firstMoment, secondMoment }, gradient, rates, after) => {
    const [learningRate, power1, power2] = rates;
    const constants = [beta1, beta2, epsilon].map((each) => floatConstant(graph, each));
    const handles = [value!.handle, firstMoment!.handle, secondMoment!.handle];
    return graph.add(
      'ResourceApplyAdam',
      [...handles, power1!, power2!, learningRate!, ...constants, gradient],
      { ...noLocking, use_nesterov: { flag: false } },
      after,
    );
  },
};
