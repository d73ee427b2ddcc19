import type { IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Compute } from '../../lib/contracts/compute';
import type { Settings } from '../settings';
import { trainingRetryStrategies } from './retry-policies';
import type { QueuedJob } from './training-queues';
import { trainingTask } from './training-task';

/** A compute that an execution can choose for its training. */
export interface ComputeTarget {
  readonly compute: Compute;
  /**
   * Adds the states that train on this compute and then go to `next`.
   *
   * @returns the first of these states.
   */
  startTask(scope: Construct, next: IChainable): IChainable;
}

type TaskSettings = Pick<Settings, 'trainingTimeoutMinutes'>;

export function fargateTarget(job: QueuedJob, settings: TaskSettings): ComputeTarget {
  return {
    compute: 'cpu',
    startTask: (scope, next) =>
      trainingTask(scope, 'Train on Fargate', {
        ...{ job, settings },
        retryStrategy: trainingRetryStrategies.onDemand,
      }).next(next),
  };
}

/** Tries spot first, if there is a spot queue; a job that fails there is tried once more on demand. */
export function gpuTarget(
  { spot, onDemand }: { readonly spot?: QueuedJob | undefined; readonly onDemand: QueuedJob },
  settings: TaskSettings,
): ComputeTarget {
  return {
    compute: 'gpu',
    startTask(scope, next) {
      const onDemandTask = trainingTask(scope, 'Train on a GPU on demand', {
        ...{ job: onDemand, settings },
        retryStrategy: trainingRetryStrategies.onDemand,
      });
      onDemandTask.next(next);
      if (spot === undefined) return onDemandTask;
      const spotTask = trainingTask(scope, 'Train on a spot GPU', {
        ...{ job: spot, settings },
        retryStrategy: trainingRetryStrategies.spot,
      });
      // `States.TaskFailed` does not include timeouts.
      spotTask.addCatch(onDemandTask, { errors: ['States.TaskFailed', 'States.Timeout'] });
      return spotTask.next(next);
    },
  };
}
