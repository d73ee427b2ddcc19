import { readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { sha256Schema } from '../contracts/dataset';
import { parseJson } from '../contracts/parse';
import { sha256Hex } from '../store/sha256';
import { nativeCacheFolder, type TensorFlowRelease, tfjsNodeVersion } from '../tensorflow/native-release';
import { NativeUnavailable } from '../tensorflow/native-unavailable';
import type { Machine } from './machine';

const failedBuildSchema = z.strictObject({
  schemaVersion: z.literal(1),
  reason: z.string(),
  remedy: z.string(),
  refusedAt: z.iso.datetime(),
  /** SHA-256 of the facts that the failure depends on. */
  dependsOn: sha256Schema,
});

/** Other facts may have changed too, so the build is tried again after a day. */
const retryAfterMilliseconds = 86_400_000;

/**
 * Records a build that failed after its download, so that the next start does not download hundreds of megabytes again
 * and fail in the same way. The record is valid for a day, and as long as the facts that it depends on do not change.
 */
export class FailedBuild {
  private readonly path: string;
  private readonly dependsOn: string;

  private constructor(
    private readonly machine: Machine,
    release: TensorFlowRelease,
    facts: readonly string[],
  ) {
    this.path = `${nativeCacheFolder(release, machine.cacheRoot)}.refused.json`;
    this.dependsOn = sha256Hex(new TextEncoder().encode(JSON.stringify(facts)));
  }

  /** @param tools - versions of the build tools. */
  static async of(
    machine: Machine,
    release: TensorFlowRelease,
    tools: readonly string[],
  ): Promise<FailedBuild> {
    const pipSettings = Object.entries(process.env).filter(([name]) => name.startsWith('PIP_'));
    const facts = [release.wheelSha256, tfjsNodeVersion, ...tools, ...(await machine.describe())];
    return new FailedBuild(machine, release, [...facts, ...pipSettings.sort().map(String)]);
  }

  /** @throws NativeUnavailable with the reason of the earlier failure, if it is still valid. */
  async throwIfKept(): Promise<void> {
    const text = await readFile(this.path, 'utf8').catch(() => undefined);
    const kept = failedBuildSchema.safeParse(parseJson(text)).data;
    if (kept === undefined || kept.dependsOn !== this.dependsOn) return;
    const ageMilliseconds = this.machine.now().getTime() - Date.parse(kept.refusedAt);
    if (ageMilliseconds < 0 || ageMilliseconds >= retryAfterMilliseconds) return;
    throw new NativeUnavailable(
      `${kept.reason}; this happened on ${kept.refusedAt}, and nothing relevant has changed since`,
      `${kept.remedy} The next attempt is made after a day, when this machine or its tools change, or after ${this.path} is deleted.`,
    );
  }

  async keep({ reason, remedy }: NativeUnavailable): Promise<void> {
    const refusedAt = this.machine.now().toISOString();
    const failedBuild = failedBuildSchema.parse({
      schemaVersion: 1,
      reason,
      remedy,
      refusedAt,
      dependsOn: this.dependsOn,
    });
    await writeFile(this.path, `${JSON.stringify(failedBuild, null, 2)}\n`);
  }

  async forget(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
