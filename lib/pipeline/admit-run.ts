import { assertAugmentationFits } from '../augmentation/augmentation-settings';
import type { Compute } from '../contracts/compute';
import type { DatasetPlan } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import type { RunConfig } from '../contracts/run-config';
import type { PlanInput, PlanOutput } from '../contracts/steps';
import { countValidationImages, remarkOnHeldOut } from '../dataset/held-out-counts';
import type { KerasGraph } from '../model/keras-graph';
import { networkOf } from '../model/network-of';
import { type ContentObject, readWithContent } from '../store/content-object';
import { limitTrainingSeconds } from './cost';
import { assertResumable } from './resumed-run';
import { assertStartable, isFinishedAlike, reserveRun } from './start-run';
import type { StepContext } from './step-context';
import { planPreprocessing, storePlan } from './steps/plan';

/** The compute that a stack offers to a run. */
export interface Deployment {
  /** Where training can run. A request without `compute` uses the first. */
  readonly computes: readonly Compute[];
  /** Price of one hour of the most expensive GPU type, in US dollars. */
  readonly gpuHourUsd: number;
}

export interface RunRequest extends PlanInput {
  readonly compute?: Compute | undefined;
  /** Beside `maxCostUsd`. @default - no limit */
  readonly costLimitUsd?: number | undefined;
  /** Whether a finished run with the same settings is admitted, of which nothing is left to do. @default false */
  readonly mayBeFinished?: boolean;
}

export interface Admission<Place extends Deployment | undefined> {
  /** @default - training runs locally, without a choice of compute and without cost */
  readonly deployment?: Place;
  /** That the configuration names. @default - they are in the store */
  readonly objects?: readonly ContentObject[];
  /** @default - reads the dataset's headers, labels and a sample */
  readonly planDataset?: typeof planPreprocessing;
  /** A further check that may refuse the run, before anything is written. */
  readonly assertTrainable?: (found: DatasetPlan, network: KerasGraph) => Promise<void>;
}

/** Without a deployment there is no compute to choose. */
type ComputeOf<Place> = Place extends Deployment ? Compute : undefined;

export interface AdmittedRun<Place extends Deployment | undefined> extends PlanOutput {
  readonly compute: ComputeOf<Place>;
  /** The time that the cost limit pays for; 0 for no limit. */
  readonly trainingSecondsLimit: number;
  /** Whether the run had its results before. */
  readonly isFinished: boolean;
}

/**
 * Starts a run, in the cloud and locally: chooses compute and device, converts the cost limit into seconds, checks
 * everything that can refuse the run, reserves the run id, and imports the dataset. A refused run writes nothing, so its
 * run id stays free.
 *
 * @throws PermanentError InvalidInput for a compute that is not deployed, for settings that cannot be used, and for a
 *   network that cannot be trained on the images; ArtifactNotFound or CorruptArtifact for a stored architecture;
 *   RunExists as `reserveRun` does; InvalidDataset; CorruptArtifact for an altered raw file or manifest.
 */
export async function admitRun<Place extends Deployment | undefined = undefined>(
  { runId, config, compute: wanted, costLimitUsd = 0, mayBeFinished = false }: RunRequest,
  context: StepContext,
  { deployment, objects = [], planDataset = planPreprocessing, assertTrainable }: Admission<Place> = {},
): Promise<AdmittedRun<Place>> {
  const compute = deployment && chooseCompute(wanted, deployment);
  const input = { runId, config: { ...config, device: chooseDevice(config, compute) } };
  const isFinished = mayBeFinished && (await isFinishedAlike(input, context.store));
  if (!isFinished) await assertStartable(input, context.store);
  const planned = await planDataset(config, context);
  // Throws if the training images cannot be divided.
  countValidationImages(planned.trainLabelCounts, config, planned.plan.classNames);
  for (const message of remarkOnHeldOut(config)) context.notify({ type: 'note', message });
  assertAugmentationFits(config, planned.plan.conversion.imageShape);
  const reader = readWithContent(context.store, objects);
  const classes = planned.plan.classNames.length;
  await assertResumable(context.store, { ...config, classes });
  const network = await networkOf({ ...config, classes }, planned.plan.conversion.imageShape, reader);
  await assertTrainable?.(planned.plan, network);

  // Nothing is written above this line; from here on the run exists.
  if (!isFinished) await reserveRun(input, context);
  await storePlan(planned, context);
  const { plan, isPrepared, reason } = planned;
  return {
    ...{ runId, dataset: plan.dataset, contentKey: plan.contentKey },
    ...{ isPrepared, reason, shardCount: plan.shardCount },
    compute: compute as ComputeOf<Place>,
    isFinished,
    trainingSecondsLimit:
      deployment && compute
        ? limitTrainingSeconds(lowerLimit(config.maxCostUsd, costLimitUsd), compute, deployment.gpuHourUsd)
        : 0,
  };
}

/** 0 is no limit. */
const lowerLimit = (left: number, right: number) => (left === 0 ? right : Math.min(left, right || left));

/** @throws PermanentError InvalidInput for a compute that is not deployed. */
export function chooseCompute(wanted: Compute | undefined, { computes }: Deployment): Compute {
  const compute = wanted ?? computes[0]!;
  if (computes.includes(compute)) return compute;
  throw new PermanentError(
    'InvalidInput',
    `The execution asks for compute "${compute}", and this stack has only "${computes.join('", "')}". Leave "compute" out, or deploy with -c computes=cpu,gpu.`,
    { evidence: { compute } },
  );
}

/** Training on the CPU of a GPU instance would succeed at a GPU's price: `gpu` fails instead if there is no GPU. */
function chooseDevice({ device }: RunConfig, compute: Compute | undefined): RunConfig['device'] {
  return compute === 'gpu' && device === 'auto' ? 'gpu' : device;
}
