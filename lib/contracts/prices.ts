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
  /** The default of the setting gpuInstanceTypes; the highest price is the default of gpuHourUsd. */
  gpuInstanceHour: { 'g4dn.xlarge': 0.526, 'g5.xlarge': 1.006, 'g6.xlarge': 0.8048 },
  /** arm64, 128 MB to 10 GB. */
  lambdaGibSecond: 0.0000133334,
} as const;

export const mostExpensiveGpuHourUsd = Math.max(...Object.values(prices.gpuInstanceHour));
