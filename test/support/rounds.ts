import { PipelineError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { executionInputSchema } from '../../lib/contracts/steps';
import type { RoundJob, SweepOutput } from '../../lib/contracts/sweep-steps';
import type { Deployment } from '../../lib/pipeline/admit-run';
import { estimateCostUsd, limitTrainingSeconds } from '../../lib/pipeline/cost';
import { runTrial, SharedTraining } from '../../lib/pipeline/run-trial';
import type { StepContext } from '../../lib/pipeline/step-context';
import { decideRound } from '../../lib/pipeline/sweep/decide-round';
import { readRound } from '../../lib/pipeline/sweep/round-jobs';
import { encodeJson, getJsonIfPresent, putJson } from '../../lib/store/json-objects';

export const deployment: Deployment = { computes: ['cpu'], gpuHourUsd: 1 };

/** As the state machine's `States.ExceedToleratedFailureThreshold`. */
export class TooManyFailures extends Error {}

/** Does what the state machine of sweeps does, with one job after the other in this process. */
export class Rounds {
  readonly trained: RoundJob[] = [];
  readonly decisions: SweepOutput[] = [];

  /**
   * @param intercept - called before each job. A job that it throws for ends with this error; with one that is none of
   *   the pipeline's it ends without a trace, as an aborted execution.
   */
  constructor(
    private readonly sweepId: string,
    private readonly context: StepContext,
    private readonly intercept: (job: RoundJob) => void = () => {},
  ) {}

  /** One execution, from its first state. */
  async run(): Promise<void> {
    const shared = new SharedTraining(this.context);
    try {
      for (let endedRound = 0; ; ) {
        const decision = await this.decide(endedRound);
        if (decision.jobCount === 0) return;
        endedRound = decision.round;
        let failed = 0;
        for (const job of (await readRound(this.context.store, this.sweepId, endedRound)).jobs)
          if (!(await this.train(job, shared))) failed += 1;
        if (failed > decision.toleratedFailures) throw new TooManyFailures();
      }
    } finally {
      await shared.close();
    }
  }

  async decide(endedRound: number): Promise<SweepOutput> {
    const request = { sweepId: this.sweepId, start: {}, endedRound };
    const decision = await decideRound(request, deployment, this.context);
    this.decisions.push(decision);
    return decision;
  }

  private async train(job: RoundJob, shared: SharedTraining): Promise<boolean> {
    const {
      runId,
      pauseAfterEpoch,
      costLimitUsd: _,
      compute: __,
      ...given
    } = executionInputSchema.parse(job.input);
    try {
      this.intercept(job);
    } catch (error) {
      if (error instanceof PipelineError) await this.recordFailure(runId!, error, job);
      return false;
    }
    this.trained.push(job);
    try {
      await runTrial(
        { runId: runId!, config: runConfigSchema.parse(given), pauseAfterEpoch },
        shared,
        this.context,
      );
      await this.putPrice(runId!);
      return true;
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      await this.recordFailure(runId!, error, job);
      return false;
    }
  }

  /** As the evaluation in AWS does, where the training has a compute. */
  private async putPrice(runId: string): Promise<void> {
    const { store } = this.context;
    const key = objectKeys.runRecord(runId);
    const record = await getJsonIfPresent(store, key, runRecordSchema);
    if (record === undefined) return;
    const costUsd = estimateCostUsd(record.phases, 'cpu', deployment.gpuHourUsd);
    await putJson(store, key, runRecordSchema, { ...record, costUsd });
  }

  private async recordFailure(
    runId: string,
    { name, message }: PipelineError,
    { input: { costLimitUsd = 0 } }: RoundJob,
  ): Promise<void> {
    if (name === 'CostLimitExceeded') {
      const seconds = limitTrainingSeconds(costLimitUsd, 'cpu', deployment.gpuHourUsd);
      const spending = { schemaVersion: 1, runId, seconds };
      await this.context.store.put(objectKeys.trainingSpending(runId), encodeJson(spending));
    }
    const outcome = { schemaVersion: 1, status: 'failed', runId, error: name, message };
    await this.context.store.put(objectKeys.trainingOutcome(runId), encodeJson(outcome));
  }
}
