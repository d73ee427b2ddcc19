import {
  backend as currentBackend,
  keep,
  mul,
  scalar,
  setBackend,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor,
  tensor1d,
  version_core as tfjsVersion,
  tidy,
} from '@tensorflow/tfjs-core';
import { PermanentError } from '../contracts/errors';
import type { RunConfig } from '../contracts/run-config';
import { type EagerBackend, EagerOps } from '../tensorflow/eager-ops';
import { describeGpu, describeMachine } from '../tensorflow/machine-facts';
import { loadTfjsNode } from '../tensorflow/native-binding';
import { nativeCacheFolder } from '../tensorflow/native-release';
import type { TrainingEngine, TrainingKernels } from './training-engine';

/** Handles of TensorFlow resource variables: updated in place, never read as tensors. */
type NativeParameter = {
  readonly value: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
};

/**
 * Trains on native TensorFlow, which `prepareNativeTensorFlow` must have found in the folder. A process keeps the
 * build and the device it began with. Where TensorFlow.js composes a step of Adam from a dozen operations and draws
 * dropout masks in JavaScript, this calls TensorFlow's own fused operations.
 *
 * @throws PermanentError EngineUnavailable when a GPU was asked for and is not there.
 */
export async function openNativeEngine(
  tensorflowVersion: string,
  device: RunConfig['device'] = 'auto',
  cacheFolder: string = nativeCacheFolder(),
): Promise<TrainingEngine<NativeParameter>> {
  // Read by CUDA when the library is loaded: no device is visible then.
  if (device === 'cpu') process.env['CUDA_VISIBLE_DEVICES'] = '-1';
  loadTfjsNode(cacheFolder);
  await setBackend('tensorflow');
  const backend = currentBackend() as unknown as EagerBackend;
  if (device === 'gpu' && !backend.isUsingGpuDevice) {
    throw new PermanentError(
      'EngineUnavailable',
      `The device "gpu" was asked for, and native TensorFlow ${tensorflowVersion} sees none here. It takes an NVIDIA GPU with driver 525 or newer; "mnist-pipeline doctor" says what this machine has. Leave --device out to train on the CPU.`,
    );
  }
  return {
    environment: {
      engine: 'native',
      device: backend.isUsingGpuDevice ? await describeGpu() : 'cpu',
      tensorflowVersion,
      tfjsVersion,
      ...describeMachine(),
    },
    kernels: createNativeKernels(new EagerOps(backend)),
  };
}

/** Every operation's attributes, built once. */
function buildAttributes(ops: EagerOps) {
  const float = { T: 'float32' } as const;
  const matMul = (transpose_a: boolean, transpose_b: boolean) =>
    ops.attributes({ types: float, flags: { transpose_a, transpose_b } });
  return {
    float: ops.attributes({ types: float }),
    dtype: ops.attributes({ types: { dtype: 'float32' } }),
    lastAxis: ops.attributes({ types: float, strings: { data_format: 'NHWC' } }),
    crossEntropy: ops.attributes({ types: { ...float, Tlabels: 'int32' } }),
    adam: ops.attributes({ types: float, flags: { use_locking: false, use_nesterov: false } }),
    random: ops.attributes({ types: { dtype: 'float32', T: 'int32', Tseed: 'int32' } }),
    toFloat: ops.attributes({ types: { SrcT: 'bool', DstT: 'float32' }, flags: { Truncate: false } }),
    destroy: ops.attributes({ flags: { ignore_lookup_error: false } }),
    /** By transposeA, then by transposeB. */
    matMul: [
      [matMul(false, false), matMul(false, true)],
      [matMul(true, false), matMul(true, true)],
    ] as const,
  };
}

function createNativeKernels(ops: EagerOps): TrainingKernels<NativeParameter> {
  const attributes = buildAttributes(ops);

  const createVariable = (initial: Tensor): Tensor => {
    // An empty shared name makes variables of one shape one and the same; this name is unique in the process.
    const handleAttributes = ops.attributes({
      types: { dtype: 'float32' },
      shapes: { shape: initial.shape },
      strings: { container: '', shared_name: `mnist-pipeline/${variableCount++}` },
    });
    const handle = keep(ops.run('VarHandleOp', [], handleAttributes));
    ops.runAll('AssignVariableOp', [handle, initial], attributes.dtype, 0);
    return handle;
  };
  const readHandle = (handle: Tensor) => ops.run('ReadVariableOp', [handle], attributes.dtype);
  const readHandleValues = async (handle: Tensor) => {
    const value = readHandle(handle);
    try {
      return await value.data<'float32'>();
    } finally {
      value.dispose();
    }
  };

  return {
    createParameter: ({ value, firstMoment, secondMoment }, shape) =>
      tidy(() => ({
        value: createVariable(tensor(value, [...shape])),
        firstMoment: createVariable(tensor(firstMoment, [...shape])),
        secondMoment: createVariable(tensor(secondMoment, [...shape])),
      })),
    release: ({ value, firstMoment, secondMoment }) => {
      for (const handle of [value, firstMoment, secondMoment]) {
        ops.runAll('DestroyResourceOp', [handle], attributes.destroy, 0);
        handle.dispose();
      }
    },
    read: ({ value }) => readHandle(value),
    readValues: async ({ value, firstMoment, secondMoment }) => ({
      value: await readHandleValues(value),
      firstMoment: await readHandleValues(firstMoment),
      secondMoment: await readHandleValues(secondMoment),
    }),
    applyAdam: (parameter, gradient, adam) => {
      const { value, firstMoment, secondMoment } = parameter;
      const { learningRate, beta1, beta2, epsilon, step } = adam;
      const numbers = [beta1 ** step, beta2 ** step, learningRate, beta1, beta2, epsilon];
      const inputs = [value, firstMoment, secondMoment, ...numbers.map((each) => scalar(each)), gradient];
      ops.runAll('ResourceApplyAdam', inputs, attributes.adam, 0);
    },
    matMul: (a, b, transposeA = false, transposeB = false) =>
      ops.run('MatMul', [a, b], attributes.matMul[transposeA ? 1 : 0][transposeB ? 1 : 0]) as Tensor2D,
    addBias: (x, bias) => ops.run('BiasAdd', [x, bias], attributes.lastAxis) as Tensor2D,
    biasGradient: (gradient) => ops.run('BiasAddGrad', [gradient], attributes.lastAxis) as Tensor1D,
    reluGradient: (gradient, output) => ops.run('ReluGrad', [gradient, output], attributes.float) as Tensor2D,
    dropoutMask: (shape, rate, { seed, step, layer }) => {
      const seeds = tensor1d([seed | 0, (step << 5) | layer], 'int32');
      const size = tensor1d([...shape], 'int32');
      const uniform = ops.run('StatelessRandomUniform', [size, seeds], attributes.random);
      const isKept = ops.run('GreaterEqual', [uniform, scalar(rate)], attributes.float);
      return mul<Tensor2D>(ops.run('Cast', [isKept], attributes.toFloat), 1 / (1 - rate));
    },
    softmaxCrossEntropy: (logits, labels) => {
      const op = 'SparseSoftmaxCrossEntropyWithLogits';
      const [losses, gradient] = ops.runAll(op, [logits, labels], attributes.crossEntropy, 2);
      return { losses: losses as Tensor1D, gradient: gradient as Tensor2D };
    },
  };
}

let variableCount = 0;
