import type { RunConfig } from '../contracts/run-config';

/** How a run was trained, as far as a Keras file says it. */
export type OptimizerSettings = Pick<
  RunConfig,
  'optimizer' | 'learningRate' | 'momentum' | 'nesterov' | 'weightDecay' | 'clipNorm'
>;

interface KerasOptimizer {
  readonly className: string;
  /** Of the object, in Keras 3. */
  readonly name: string;
  readonly settings: Readonly<Record<string, number | boolean>>;
}

/** The optimizer as Keras 3 names it; its state is in no file. */
export function describeOptimizer(settings: OptimizerSettings): KerasOptimizer {
  const { className, name, own } = describeOwn(settings);
  const { learningRate, clipNorm } = settings;
  return {
    className,
    name,
    settings: {
      learning_rate: learningRate,
      ...own,
      ...(clipNorm > 0 && { global_clipnorm: clipNorm }),
    },
  };
}

/**
 * For an .h5 file. No description of AdamW is read by both Keras 2 and Keras 3, so it is Adam there, without the decay of
 * the weights.
 */
export function describeForKeras2(settings: OptimizerSettings): KerasOptimizer {
  return describeOptimizer(settings.optimizer === 'adamw' ? { ...settings, optimizer: 'adam' } : settings);
}

function describeOwn({ optimizer, weightDecay, momentum, nesterov }: OptimizerSettings): {
  readonly className: string;
  readonly name: string;
  readonly own: KerasOptimizer['settings'];
} {
  switch (optimizer) {
    case 'adam':
      return { className: 'Adam', name: 'adam', own: {} };
    case 'adamw':
      return { className: 'AdamW', name: 'adamw', own: { weight_decay: weightDecay } };
    case 'sgd':
      return { className: 'SGD', name: 'SGD', own: { momentum, nesterov } };
  }
}
