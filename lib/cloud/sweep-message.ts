import type { ExecutionEnd } from '../contracts/events';
import { objectKeys } from '../contracts/object-keys';
import type { SweepResults } from '../contracts/sweep';
import { sumCost } from '../sweep/sweep-state';
import { explainCause } from './explain-cause';
import { type MessageSource, type RunMessage, toMessage } from './run-message';

/** The only message about a sweep: its trials send none. */
export function describeFinishedSweep(
  sweepId: string,
  results: SweepResults,
  source: MessageSource,
): RunMessage {
  const { trials, winner, metric } = results;
  const count = (status: string) => trials.filter((trial) => trial.status === status).length;
  const best = trials.find(({ trial }) => trial === winner?.trial);
  const cost = sumCost(results);
  const found =
    winner === null ? 'no winner' : `trial ${winner.trial}, accuracy ${winner.testAccuracy.toFixed(4)}`;
  return toMessage(source, `sweep ${sweepId} finished: ${found}`, [
    `The sweep "${sweepId}" is finished: ${trials.length} trials, ${count('finished')} of them trained to the end, ${count('stopped')} stopped early, ${count('failed')} failed.`,
    ...(winner === null
      ? []
      : [
          `Best trial: ${winner.trial}, ${metric} ${best?.value?.toFixed(4)}, with ${JSON.stringify(best?.drawn)}.`,
          `Test accuracy of the winner, the run "${winner.winnerRunId}": ${winner.testAccuracy.toFixed(4)}.`,
        ]),
    `Cost of the trials${winner === null ? '' : ' and the winner'}, by list prices: about ${cost.toFixed(4)} US dollars.`,
    `Page: s3://${source.bucket}/${objectKeys.sweepPage(sweepId)}`,
  ]);
}

/** A sweep that failed, was stopped or ran out of time. */
export function describeUnfinishedSweep(
  sweepId: string,
  end: ExecutionEnd,
  source: MessageSource,
): RunMessage {
  const { name, status, executionArn } = end;
  const explained = explainCause(end.cause ?? undefined);
  const execution = `Execution: ${executionArn}`;
  if (status === 'ABORTED') {
    return toMessage(source, `sweep ${sweepId} stopped`, [
      `The sweep "${sweepId}" was stopped${explained}. Its trainings are stopped too, and keep their checkpoints.`,
      `To resume it: mnist-pipeline redrive ${name}`,
      execution,
    ]);
  }
  const error = end.error ?? status;
  return toMessage(source, `sweep ${sweepId} failed: ${error}`, [
    `The sweep "${sweepId}" failed with ${error}${explained}`,
    'What to do: docs/runbook.md#the-sweep-failed',
    execution,
  ]);
}
