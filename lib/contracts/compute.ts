import { z } from 'zod';

/** Where the cloud trains: `gpu` is EC2 with a GPU, spot first; `cpu` is Fargate. */
export const computeSchema = z.enum(['gpu', 'cpu']);
export type Compute = z.infer<typeof computeSchema>;

/** The whole smallest GPU type (4 vCPUs, 16 GiB), less the memory that its operating system needs. */
export const gpuJobSize = { gpuCount: 1, vcpus: 4, memoryGib: 12 } as const;
export const fargateJobSize = { vcpus: 4, memoryGib: 8 } as const;

/**
 * The memory size at which Lambda gives a function one full vCPU, because the steps compute on one thread. On MNIST they
 * use at most 138 (plan), 168 (shard), 234 (commit) and 314 MiB (evaluate) from a cold start.
 */
export const lambdaMemoryMib = 1769;
