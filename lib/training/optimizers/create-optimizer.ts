import { adam } from './adam';
import { adamw } from './adamw';
import type { Optimizer } from './optimizer';
import { sgd } from './sgd';

export interface OptimizerSettings {
  readonly optimizer: 'adam' | 'adamw' | 'sgd';
  /** Of sgd. */
  readonly momentum: number;
  /** Of sgd. */
  readonly nesterov: boolean;
  /** Of adamw. */
  readonly weightDecay: number;
}

export function createOptimizer(settings: OptimizerSettings): Optimizer {
  switch (settings.optimizer) {
    case 'adam':
      return adam;
    case 'adamw':
      return adamw(settings.weightDecay);
    case 'sgd':
      return sgd(settings.momentum, settings.nesterov);
  }
}
