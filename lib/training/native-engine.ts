import {
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
  zeros,
} from '@tensorflow/tfjs-core';
import { type EagerBackend, EagerOps } from '../tensorflow/eager-ops';
import { describeMachine } from '../tensorflow/machine-facts';
import { loadTfjsNode } from '../tensorflow/native-binding';
import type { AdamStep, DropoutSeed, TrainingEngine, TrainingKernels } from './training-engine';

/** Handles of TensorFlow resource variables: updated in place, never read as tensors. */
type NativeParameter = {
  readonly value: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
};

/**
 * Trains on native TensorFlow, which `prepareNativeTensorFlow` must have found. Where TensorFlow.js composes a step of
 * Adam from a dozen operations and draws dropout masks in JavaScript, this calls TensorFlow's own fused operations.
 */
export async function openNativeEngine(tensorflowVersion: string): Promise<TrainingEngine<NativeParameter>> {
  const tfjsNode = loadTfjsNode();
  await setBackend('tensorflow');
  return {
    environment: { engine: 'native', device: 'cpu', tensorflowVersion, tfjsVersion, ...describeMachine() },
    kernels: new NativeKernels(new EagerOps(tfjsNode.backend() as unknown as EagerBackend)),
  };
}

class NativeKernels implements TrainingKernels<NativeParameter> {
  readonly #attributes;

  constructor(private readonly ops: EagerOps) {
    const float = { T: 'float32' } as const;
    const matMul = (transpose_a: boolean, transpose_b: boolean) =>
      ops.attributes({ types: float, flags: { transpose_a, transpose_b } });
    this.#attributes = {
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

  createParameter(values: Float32Array, shape: readonly number[]): NativeParameter {
    return tidy(() => ({
      value: this.createVariable(tensor(values, [...shape])),
      firstMoment: this.createVariable(zeros([...shape])),
      secondMoment: this.createVariable(zeros([...shape])),
    }));
  }

  private createVariable(initial: Tensor): Tensor {
    // An empty shared name makes variables of one shape one and the same; this name is unique in the process.
    const attributes = this.ops.attributes({
      types: { dtype: 'float32' },
      shapes: { shape: initial.shape },
      strings: { container: '', shared_name: `mnist-pipeline/${variableCount++}` },
    });
    const handle = keep(this.ops.run('VarHandleOp', [], attributes));
    this.ops.runAll('AssignVariableOp', [handle, initial], this.#attributes.dtype, 0);
    return handle;
  }

  release({ value, firstMoment, secondMoment }: NativeParameter): void {
    for (const handle of [value, firstMoment, secondMoment]) {
      this.ops.runAll('DestroyResourceOp', [handle], this.#attributes.destroy, 0);
      handle.dispose();
    }
  }

  read({ value }: NativeParameter): Tensor {
    return this.ops.run('ReadVariableOp', [value], this.#attributes.dtype);
  }

  async readValues(parameter: NativeParameter): Promise<Float32Array> {
    const value = this.read(parameter);
    try {
      return await value.data<'float32'>();
    } finally {
      value.dispose();
    }
  }

  applyAdam(parameter: NativeParameter, gradient: Tensor, adam: AdamStep): void {
    const { value, firstMoment, secondMoment } = parameter;
    const { learningRate, beta1, beta2, epsilon, step } = adam;
    const numbers = [beta1 ** step, beta2 ** step, learningRate, beta1, beta2, epsilon].map((each) =>
      scalar(each),
    );
    const inputs = [value, firstMoment, secondMoment, ...numbers, gradient];
    this.ops.runAll('ResourceApplyAdam', inputs, this.#attributes.adam, 0);
  }

  matMul(a: Tensor2D, b: Tensor2D, transposeA = false, transposeB = false): Tensor2D {
    const attributes = this.#attributes.matMul[transposeA ? 1 : 0][transposeB ? 1 : 0];
    return this.ops.run('MatMul', [a, b], attributes) as Tensor2D;
  }

  addBias(x: Tensor2D, bias: Tensor1D): Tensor2D {
    return this.ops.run('BiasAdd', [x, bias], this.#attributes.lastAxis) as Tensor2D;
  }

  biasGradient(gradient: Tensor2D): Tensor1D {
    return this.ops.run('BiasAddGrad', [gradient], this.#attributes.lastAxis) as Tensor1D;
  }

  reluGradient(gradient: Tensor2D, output: Tensor2D): Tensor2D {
    return this.ops.run('ReluGrad', [gradient, output], this.#attributes.float) as Tensor2D;
  }

  dropoutMask(shape: readonly [number, number], rate: number, { seed, step, layer }: DropoutSeed): Tensor2D {
    const seeds = tensor1d([seed | 0, (step << 5) | layer], 'int32');
    const uniform = this.ops.run(
      'StatelessRandomUniform',
      [tensor1d([...shape], 'int32'), seeds],
      this.#attributes.random,
    );
    const isKept = this.ops.run('GreaterEqual', [uniform, scalar(rate)], this.#attributes.float);
    return mul(this.ops.run('Cast', [isKept], this.#attributes.toFloat), 1 / (1 - rate)) as Tensor2D;
  }

  softmaxCrossEntropy(logits: Tensor2D, labels: Tensor1D): { losses: Tensor1D; gradient: Tensor2D } {
    const op = 'SparseSoftmaxCrossEntropyWithLogits';
    const [losses, gradient] = this.ops.runAll(op, [logits, labels], this.#attributes.crossEntropy, 2);
    return { losses: losses as Tensor1D, gradient: gradient as Tensor2D };
  }
}

let variableCount = 0;
