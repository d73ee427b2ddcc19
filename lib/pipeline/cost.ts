import { type Compute, fargateJobSize, lambdaMemoryMib } from '../contracts/compute';
import { mostExpensiveGpuHourUsd, prices } from '../contracts/prices';
import type { Phase } from '../contracts/results';

/**
 * A machine is billed before its training starts and after it has ended. Fargate: pull and start of the image of 1.2 GB.
 * A GPU instance: boot, the pull of 3.9 GB, and the time until Batch scales down. Rounded.
 */
export const overheadSeconds: Readonly<Record<Compute, number>> = { cpu: 75, gpu: 300 };

/**
 * The estimated cost of a run: the time of its steps, and start and end of the training machine. It leaves out storage
 * and transfer (cents a month), the discount of spot instances and failed attempts. The seconds of the preprocessing are
 * those of all its functions together.
 *
 * @param gpuHourUsd - of the most expensive type that Batch may use: on spot, or with a cheaper type, the bill is lower.
 * @returns US dollars; `null` for a local run.
 */
export function estimateCostUsd(
  phases: readonly Phase[],
  compute: Compute | null,
  gpuHourUsd: number = mostExpensiveGpuHourUsd,
): number | null {
  if (compute === null) return null;
  const lambdaSecond = (prices.lambdaGibSecond * lambdaMemoryMib) / 1024;
  const machineSecond = machineSecondUsd(compute, gpuHourUsd);
  const cost = phases.reduce((sum, { name, seconds }) => {
    return (
      sum + (name === 'train' ? (seconds + overheadSeconds[compute]) * machineSecond : seconds * lambdaSecond)
    );
  }, 0);
  return Number(cost.toFixed(6));
}

/** What the machine of a training costs, in US dollars: its start and end, and each second between. */
export function machinePrices(compute: Compute, gpuHourUsd: number) {
  const trainingSecondUsd = machineSecondUsd(compute, gpuHourUsd);
  return { machineStartUsd: overheadSeconds[compute] * trainingSecondUsd, trainingSecondUsd };
}

/**
 * The training time that a cost limit pays for; start and end of the machine cost extra.
 *
 * @param gpuHourUsd - of the most expensive instance type that Batch may use, so that no type exceeds the limit.
 * @returns seconds of the training machine, to the millisecond and at least one millisecond; 0 for no limit.
 */
export function limitTrainingSeconds(maxCostUsd: number, compute: Compute, gpuHourUsd: number): number {
  if (maxCostUsd === 0) return 0;
  const seconds = maxCostUsd / machineSecondUsd(compute, gpuHourUsd);
  return Math.max(0.001, Number(seconds.toFixed(3)));
}

const machineSecondUsd = (compute: Compute, gpuHourUsd: number) =>
  (trainingHour(compute, gpuHourUsd) + prices.publicAddressHour) / 3600;

function trainingHour(compute: Compute, gpuHourUsd: number): number {
  if (compute === 'gpu') return gpuHourUsd;
  const { vcpus, memoryGib } = fargateJobSize;
  return vcpus * prices.fargateVcpuHour + memoryGib * prices.fargateGibHour;
}
