import { type Compute, fargateJobSize, lambdaMemoryMib } from '../contracts/compute';
import type { Phase } from '../contracts/results';

/**
 * The one list of prices: US dollars, us-east-1, Linux x86, on demand; other regions and spot differ.
 * https://aws.amazon.com/fargate/pricing, https://aws.amazon.com/lambda/pricing, https://aws.amazon.com/vpc/pricing,
 * https://aws.amazon.com/ec2/pricing/on-demand
 */
export const prices = {
  asOf: '2026-06',
  fargateVcpuHour: 0.04048,
  fargateGibHour: 0.004445,
  /** Each machine has a public address, unless it is in a private subnet. */
  publicAddressHour: 0.005,
  /** The types that the setting gpuInstanceTypes has by default; the dearest is what gpuHourUsd has. */
  gpuInstanceHour: { 'g4dn.xlarge': 0.526, 'g5.xlarge': 1.006, 'g6.xlarge': 0.8048 },
  /** arm64, 128 MB to 10 GB. */
  lambdaGibSecond: 0.0000133334,
} as const;

/** What an hour of the dearest of the default GPU types costs. */
export const dearestGpuHourUsd = Math.max(...Object.values(prices.gpuInstanceHour));

/**
 * A machine is billed before its training starts and after it has ended. Fargate: the pull and start of the image of
 * 1.2 GB. A GPU instance: boot, the pull of 4.5 GB, and Batch's scaling down afterwards. Rounded from a few minutes.
 */
export const overheadSeconds: Readonly<Record<Compute, number>> = { cpu: 75, gpu: 300 };

/**
 * What the run's seconds cost, with the machine's start and end, without storage and transfer (cents a month), spot's
 * discount and attempts that were lost. The preprocessing's are those of all its functions together.
 *
 * @param gpuHourUsd - of the dearest type that may have come: on spot, or with a cheaper one, the bill is lower.
 * @returns US dollars; `null` on a machine of one's own.
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
 * @param gpuHourUsd - of the dearest instance type that may come, so that none costs more than the limit.
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
