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
  /** The types that the setting gpuInstanceTypes has by default; the most expensive is what gpuHourUsd has. */
  gpuInstanceHour: { 'g4dn.xlarge': 0.526, 'g5.xlarge': 1.006, 'g6.xlarge': 0.8048 },
  /** arm64, 128 MB to 10 GB. */
  lambdaGibSecond: 0.0000133334,
} as const;

/** What an hour of the most expensive of the default GPU types costs. */
export const dearestGpuHourUsd = Math.max(...Object.values(prices.gpuInstanceHour));
