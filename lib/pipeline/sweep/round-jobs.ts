import type { Compute } from '../../contracts/compute';
import { objectKeys } from '../../contracts/object-keys';
import type { RunConfig } from '../../contracts/run-config';
import type { Sweep } from '../../contracts/sweep';
import {
  nameCharacters,
  type RoundJob,
  type SweepRound,
  sweepRoundSchema,
} from '../../contracts/sweep-steps';
import { getJson, putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';

/** The number of the winner among the jobs of a round. */
export const winnerTrial = 0;

/** What an execution of a round trains. */
export interface TrialJob {
  readonly trial: number;
  readonly runId: string;
  readonly config: RunConfig;
  readonly pauseAfterEpoch?: number;
  readonly costLimitUsd?: number;
}

/** The job in the form of an item of the map. */
export function describeJob(sweepId: string, job: TrialJob, compute: Compute): RoundJob {
  const { trial, runId, config, pauseAfterEpoch, costLimitUsd } = job;
  const suffix = trial === winnerTrial ? 'winner' : String(trial);
  const input = {
    ...config,
    ...{ runId, compute },
    ...(pauseAfterEpoch !== undefined && { pauseAfterEpoch }),
    ...(costLimitUsd !== undefined && { costLimitUsd }),
  };
  return { trial, name: `${sweepId.slice(0, nameCharacters)}-${suffix}`, input };
}

export function readRound(store: ObjectStore, sweepId: string, round: number): Promise<SweepRound> {
  return getJson(store, objectKeys.sweepRound(sweepId, round), sweepRoundSchema);
}

export async function writeRound(
  store: ObjectStore,
  { sweepId, maxCostUsd }: Pick<Sweep, 'sweepId' | 'maxCostUsd'>,
  round: number,
  jobs: RoundJob[],
): Promise<void> {
  const key = objectKeys.sweepRound(sweepId, round);
  await putJson(store, key, sweepRoundSchema, { schemaVersion: 1, sweepId, round, maxCostUsd, jobs });
}
