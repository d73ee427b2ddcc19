import {
  add,
  cast,
  div,
  exp,
  greater,
  keep,
  logSoftmax,
  matMul,
  mul,
  neg,
  oneHot,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor,
  tensor2d,
  version_core as tfjsVersion,
  tidy,
} from '@tensorflow/tfjs-core';
import { describeMachine } from '../tensorflow/machine-facts';
import { useWasmBackend, wasmBackendVersion } from '../tensorflow/wasm-backend';
import { createRandom, randomStreams } from './seeded-random';
import type { AdamStep, DropoutSeed, TrainingEngine, TrainingKernels } from './training-engine';

/** Kept tensors, replaced at every update. */
interface WasmParameter {
  value: Tensor;
  firstMoment: Tensor;
  secondMoment: Tensor;
}

/** Trains anywhere Node runs, on one core. */
export async function openWasmEngine(): Promise<TrainingEngine<WasmParameter>> {
  await useWasmBackend();
  return {
    environment: {
      engine: 'wasm',
      device: 'cpu',
      tensorflowVersion: wasmBackendVersion,
      tfjsVersion,
      ...describeMachine(),
    },
    kernels: wasmKernels,
  };
}

const wasmKernels: TrainingKernels<WasmParameter> = {
  createParameter: ({ value, firstMoment, secondMoment }, shape) => ({
    value: keep(tensor(value, [...shape])),
    firstMoment: keep(tensor(firstMoment, [...shape])),
    secondMoment: keep(tensor(secondMoment, [...shape])),
  }),
  release: ({ value, firstMoment, secondMoment }) => {
    for (const each of [value, firstMoment, secondMoment]) each.dispose();
  },
  read: ({ value }) => value.clone(),
  readValues: async ({ value, firstMoment, secondMoment }) => ({
    value: await value.data<'float32'>(),
    firstMoment: await firstMoment.data<'float32'>(),
    secondMoment: await secondMoment.data<'float32'>(),
  }),
  applyAdam,
  matMul: (a, b, transposeA = false, transposeB = false) => matMul(a, b, transposeA, transposeB),
  addBias: (x, bias) => add(x, bias),
  biasGradient: (gradient) => sum(gradient, 0),
  reluGradient: (gradient, output) => mul(gradient, cast(greater(output, 0), 'float32')),
  dropoutMask,
  softmaxCrossEntropy,
};

/** The form of section 2's end, which Keras and TensorFlow use: both bias corrections folded into the step size. */
function applyAdam(parameter: WasmParameter, gradient: Tensor, adam: AdamStep): void {
  const { learningRate, beta1, beta2, epsilon, step } = adam;
  const stepSize = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
  const [firstMoment, secondMoment, value] = tidy(() => {
    const first = add(mul(parameter.firstMoment, beta1), mul(gradient, 1 - beta1));
    const second = add(mul(parameter.secondMoment, beta2), mul(square(gradient), 1 - beta2));
    const change = div(mul(first, stepSize), add(sqrt(second), epsilon));
    return [keep(first), keep(second), keep(sub(parameter.value, change))] as const;
  });
  wasmKernels.release(parameter);
  Object.assign(parameter, { value, firstMoment, secondMoment });
}

function dropoutMask(shape: readonly [number, number], rate: number, position: DropoutSeed): Tensor2D {
  const random = createRandom(position.seed, randomStreams.dropout, position.step, position.layer);
  const threshold = rate * 2 ** 32;
  const scale = 1 / (1 - rate);
  const mask = new Float32Array(shape[0] * shape[1]);
  for (let index = 0; index < mask.length; index += 1) mask[index] = random() < threshold ? 0 : scale;
  return tensor2d(mask, [...shape]);
}

function softmaxCrossEntropy(logits: Tensor2D, labels: Tensor1D): { losses: Tensor1D; gradient: Tensor2D } {
  const logProbabilities = logSoftmax(logits);
  const truth = cast(oneHot(labels, logits.shape[1]), 'float32') as Tensor2D;
  return {
    losses: neg(sum(mul(logProbabilities, truth), 1)),
    gradient: sub(exp(logProbabilities), truth),
  };
}
