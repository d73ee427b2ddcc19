import { arch, availableParallelism, cpus, platform } from 'node:os';
import type { Environment } from '../contracts/results';

export type MachineFacts = Pick<Environment, 'nodeVersion' | 'platform' | 'cpuModel' | 'cpuCount'>;

export function describeMachine(): MachineFacts {
  return {
    nodeVersion: process.versions.node,
    platform: `${platform()}-${arch()}`,
    cpuModel: cpus()[0]?.model.trim() || 'unknown',
    cpuCount: availableParallelism(),
  };
}
