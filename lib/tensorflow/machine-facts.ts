import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { join } from 'node:path';
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

const driverFolder = '/proc/driver/nvidia';
/** Present in containers with a GPU but without that folder, and under WSL 2, which uses the driver of Windows. */
const otherDriverFiles = ['/dev/nvidia0', '/usr/lib/wsl/lib/libcuda.so.1'];

/** Model and driver version of the first NVIDIA GPU; `undefined` without a driver. */
export async function inspectGpu(): Promise<string | undefined> {
  return (await readDriverFolder()) ?? (otherDriverFiles.some(existsSync) ? 'NVIDIA GPU' : undefined);
}

async function readDriverFolder(): Promise<string | undefined> {
  try {
    const [gpu] = await readdir(join(driverFolder, 'gpus'));
    const facts = await readFile(join(driverFolder, 'gpus', gpu ?? '', 'information'), 'utf8');
    const driver = await readFile(join(driverFolder, 'version'), 'utf8');
    const model = /^Model:\s*(.+)$/m.exec(facts)?.[1] ?? 'NVIDIA GPU';
    return `${model}, driver ${readDriverVersion(driver) ?? 'unknown'}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}

/**
 * @param text - of /proc/driver/nvidia/version, such as `NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat …`
 *   or, of the open module, `NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build`.
 */
export function readDriverVersion(text: string): string | undefined {
  return /^NVRM version:.*?\s(\d+(?:\.\d+)+)/m.exec(text)?.[1];
}

export async function describeGpu(): Promise<string> {
  return (await inspectGpu()) ?? 'GPU';
}
