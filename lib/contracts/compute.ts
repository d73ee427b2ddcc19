import { z } from 'zod';

/** Where the cloud trains: `gpu` is EC2 with a GPU, spot first; `cpu` is Fargate. */
export const computeSchema = z.enum(['gpu', 'cpu']);
export type Compute = z.infer<typeof computeSchema>;

/** All that one training takes of the smallest GPU type (4 vCPUs, 16 GiB), less what its operating system needs. */
export const gpuJobSize = { gpuCount: 1, vcpus: 4, memoryGib: 12 } as const;
export const fargateJobSize = { vcpus: 4, memoryGib: 8 } as const;

/**
 * What brings a Lambda function one whole vCPU: the steps compute, on one thread. On MNIST they take at most 138 (plan),
 * 168 (shard), 234 (commit) and 314 MiB (evaluate) from a cold start.
 */
export const lambdaMemoryMib = 1769;
