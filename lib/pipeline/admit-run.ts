import type { Compute } from '../contracts/compute';
import type { DatasetPlan } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import type { RunConfig } from '../contracts/run-config';
import type { PlanInput, PlanOutput } from '../contracts/steps';
import { limitTrainingSeconds } from './cost';
import { assertStartable, reserveRun } from './start-run';
import type { StepContext } from './step-context';
import { planPreprocessing, storePlan } from './steps/plan';

/** What a stack offers a run. */
export interface Deployment {
  /** Where training can run; the first is what a request without `compute` gets. */
  readonly computes: readonly Compute[];
  /** What an hour of the most expensive GPU type costs in US dollars. */
  readonly gpuHourUsd: number;
}

export interface RunRequest extends PlanInput {
  readonly compute?: Compute | undefined;
}

export interface Admission<Place extends Deployment | undefined> {
  /** @default - training runs on this machine, which has nothing to choose from and costs nothing */
  readonly deployment?: Place;
  /** What else may refuse the run, before anything is written. */
  readonly assertTrainable?: (found: DatasetPlan) => Promise<void>;
}

/** Without a deployment there is no compute to choose. */
type ComputeOf<Place> = Place extends Deployment ? Compute : undefined;

export interface AdmittedRun<Place extends Deployment | undefined> extends PlanOutput {
  readonly compute: ComputeOf<Place>;
  /** What `maxCostUsd` buys of the compute; 0 for no limit. */
  readonly trainingSecondsLimit: number;
}

/**
 * Starts a run, in the cloud and locally: chooses compute and device, turns the cost limit into seconds, checks
 * everything that can refuse the run, reserves the run id, and imports the dataset. A refused run leaves nothing behind,
 * so that its run id stays free.
 *
 * @throws PermanentError InvalidInput for a compute that is not deployed, and for settings that cannot be used;
 *   RunExists as `reserveRun` does; InvalidDataset; CorruptArtifact for an altered raw file or manifest.
 */
export async function admitRun<Place extends Deployment | undefined = undefined>(
  { runId, config, compute: wanted }: RunRequest,
  context: StepContext,
  { deployment, assertTrainable }: Admission<Place> = {},
): Promise<AdmittedRun<Place>> {
  const compute = deployment && chooseCompute(wanted, deployment);
  const input = { runId, config: { ...config, device: chooseDevice(config, compute) } };
  await assertStartable(input, context.store);
  const planned = await planPreprocessing(config, context);
  await assertTrainable?.(planned.plan);

  // From here on the run exists: nothing above has written anything.
  await reserveRun(input, context);
  await storePlan(planned, context);
  const { plan, isPrepared, reason } = planned;
  return {
    ...{ runId, dataset: plan.dataset, contentKey: plan.contentKey },
    ...{ isPrepared, reason, shardCount: plan.shards.length },
    compute: compute as ComputeOf<Place>,
    trainingSecondsLimit:
      deployment && compute ? limitTrainingSeconds(config.maxCostUsd, compute, deployment.gpuHourUsd) : 0,
  };
}

function chooseCompute(wanted: Compute | undefined, { computes }: Deployment): Compute {
  const compute = wanted ?? computes[0]!;
  if (computes.includes(compute)) return compute;
  throw new PermanentError(
    'InvalidInput',
    `The execution asks for compute "${compute}", and this stack has only "${computes.join('", "')}". Leave "compute" out, or deploy with -c computes=cpu,gpu.`,
    { evidence: { compute } },
  );
}

/** On a GPU instance the CPU would look like success and cost like a GPU: `gpu` fails where there is none. */
function chooseDevice({ device }: RunConfig, compute: Compute | undefined): RunConfig['device'] {
  return compute === 'gpu' && device === 'auto' ? 'gpu' : device;
}
