import type { IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Compute } from '../../lib/contracts/compute';
import type { Settings } from '../settings';
import { trainingRetryStrategies } from './retry-policies';
import type { QueuedJob } from './training-queues';
import { trainingTask } from './training-task';

/** A place to train that an execution can choose. */
export interface ComputeTarget {
  readonly compute: Compute;
  /**
   * Adds the states that train here and lead to `next`.
   *
   * @returns the first of them.
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

/** Spot first, where there is a spot queue; whatever fails there is tried once more on demand. */
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
      // A timeout is no failed task to Step Functions: it wants a name of its own.
      spotTask.addCatch(onDemandTask, { errors: ['States.TaskFailed', 'States.Timeout'] });
      return spotTask.next(next);
    },
  };
}
