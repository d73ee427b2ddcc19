import { PermanentError, type PipelineError } from '../../lib/contracts/errors';
import type { SweepResults } from '../../lib/contracts/sweep';
import type { ObjectStore } from '../../lib/store/object-store';
import type { SweepState } from '../../lib/sweep/sweep-state';
import type { Terminal } from '../terminal';
import { describeSweep } from './describe-sweep';

interface SweepOutcome {
  readonly store: ObjectStore;
  readonly state: SweepState;
  readonly results: SweepResults;
  /** The winner's test accuracy is below `minAccuracy`. */
  readonly gateFailure?: PipelineError | undefined;
  /** Shows all trials. @default that of the store */
  readonly showCommand?: string;
  readonly isJson: boolean;
}

/**
 * Prints the result of a sweep that is over, local or on AWS.
 *
 * @throws PermanentError QualityGateFailed, or TrainingDiverged if no trial was trained.
 */
export function printSweepOutcome(outcome: SweepOutcome, terminal: Terminal): void {
  const { store, state, results, gateFailure, showCommand, isJson } = outcome;
  const extent = { maxRows: 10, ...(showCommand !== undefined && { showCommand }) };
  terminal.print(isJson ? JSON.stringify(results, null, 2) : describeSweep(store, state, terminal, extent));
  if (gateFailure !== undefined) throw gateFailure;
  assertAnyTrained(state);
}

/** The table is printed, and says why each of them failed. */
function assertAnyTrained({ sweep, trials }: SweepState): void {
  if (trials.some(({ status }) => status !== 'failed')) return;
  const [first] = trials;
  throw new PermanentError(
    'TrainingDiverged',
    `All ${trials.length} trials of the sweep "${sweep.sweepId}" failed. The first: ${first!.error!.message}`,
    { evidence: { sweepId: sweep.sweepId, failed: trials.length } },
  );
}
