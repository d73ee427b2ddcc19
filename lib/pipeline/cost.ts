import { type Compute, fargateJobSize, lambdaMemoryMib } from '../contracts/compute';
import { dearestGpuHourUsd, prices } from '../contracts/prices';
import type { Phase } from '../contracts/results';

/**
 * A machine is billed before its training starts and after it has ended. Fargate: the pull and start of the image of
 * 1.2 GB. A GPU instance: boot, the pull of 4.5 GB, and Batch's scaling down afterwards. Rounded from a few minutes.
 */
export const overheadSeconds: Readonly<Record<Compute, number>> = { cpu: 75, gpu: 300 };

/**
 * What the run's seconds cost, with the machine's start and end, without storage and transfer (cents a month), spot's
 * discount and attempts that were lost. The preprocessing's are those of all its functions together.
 *
 * @param gpuHourUsd - of the most expensive type that may have come: on spot, or with a cheaper one, the bill is lower.
 * @returns US dollars; `null` on a machine of your own.
 */
export function estimateCostUsd(
  phases: readonly Phase[],
  compute: Compute | null,
  gpuHourUsd: number = dearestGpuHourUsd,
): number | null {
  if (compute === null) return null;
  const lambdaSecond = (prices.lambdaGibSecond * lambdaMemoryMib) / 1024;
  const machineSecond = (trainingHour(compute, gpuHourUsd) + prices.publicAddressHour) / 3600;
  const cost = phases.reduce((sum, { name, seconds }) => {
    return (
      sum + (name === 'train' ? (seconds + overheadSeconds[compute]) * machineSecond : seconds * lambdaSecond)
    );
  }, 0);
  return Number(cost.toFixed(6));
}

/**
 * What a cost limit buys of the training itself; the machine's start and end come on top.
 *
 * @param gpuHourUsd - of the most expensive instance type that may come, so that none costs more than the limit.
 * @returns seconds of the machine that trains, to the millisecond and more than none; 0 for no limit.
 */
export function limitTrainingSeconds(maxCostUsd: number, compute: Compute, gpuHourUsd: number): number {
  if (maxCostUsd === 0) return 0;
  const seconds = (3600 * maxCostUsd) / trainingHour(compute, gpuHourUsd);
  return Math.max(0.001, Number(seconds.toFixed(3)));
}

function trainingHour(compute: Compute, gpuHourUsd: number): number {
  if (compute === 'gpu') return gpuHourUsd;
  const { vcpus, memoryGib } = fargateJobSize;
  return vcpus * prices.fargateVcpuHour + memoryGib * prices.fargateGibHour;
}
