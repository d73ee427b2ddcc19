import { type Compute, fargateJobSize, lambdaMemoryMib } from '../contracts/compute';
import type { Phase } from '../contracts/results';

/**
 * List prices in US dollars, us-east-1, Linux x86, on demand; other regions and spot differ.
 * https://aws.amazon.com/fargate/pricing, https://aws.amazon.com/lambda/pricing,
 * https://aws.amazon.com/ec2/pricing/on-demand
 */
export const prices = {
  asOf: '2026-06',
  fargateVcpuHour: 0.04048,
  fargateGibHour: 0.004445,
  /** g4dn.xlarge, the first of the GPU types; spot takes less than half of it. */
  gpuInstanceHour: 0.526,
  /** arm64, 128 MB to 10 GB. */
  lambdaGibSecond: 0.0000133334,
} as const;

/**
 * What the run's seconds cost, without storage and transfer (cents a month) and without the container's start, which
 * Fargate bills as well. Shards run side by side: the preprocessing is counted as one function for its whole length.
 *
 * @returns US dollars; `null` on a machine of one's own.
 */
export function estimateCostUsd(phases: readonly Phase[], compute: Compute | null): number | null {
  if (compute === null) return null;
  const lambdaSecond = (prices.lambdaGibSecond * lambdaMemoryMib) / 1024;
  const cost = phases.reduce((sum, { name, seconds }) => {
    return sum + seconds * (name === 'train' ? trainingHour(compute) / 3600 : lambdaSecond);
  }, 0);
  return Number(cost.toFixed(6));
}

/**
 * What a cost limit buys.
 *
 * @param gpuHourUsd - of the dearest instance type that may come, so that none costs more than the limit.
 * @returns seconds of the machine that trains, to the millisecond and more than none; 0 for no limit.
 */
export function limitTrainingSeconds(maxCostUsd: number, compute: Compute, gpuHourUsd: number): number {
  if (maxCostUsd === 0) return 0;
  const seconds = (3600 * maxCostUsd) / trainingHour(compute, gpuHourUsd);
  return Math.max(0.001, Number(seconds.toFixed(3)));
}

function trainingHour(compute: Compute, gpuHourUsd: number = prices.gpuInstanceHour): number {
  if (compute === 'gpu') return gpuHourUsd;
  const { vcpus, memoryGib } = fargateJobSize;
  return vcpus * prices.fargateVcpuHour + memoryGib * prices.fargateGibHour;
}
