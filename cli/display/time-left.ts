import type { PipelineEvent } from '../../lib/pipeline/step-context';

type Progress = Extract<PipelineEvent, { type: 'training-progress' }>;

export interface TimeLeft {
  /** @returns seconds until the training ends; `undefined` while the pace is unknown. */
  readonly estimate: (progress: Progress, nowMilliseconds: number) => number | undefined;
  /** The duration of an epoch, including its validation, is the best estimate for the next one. */
  readonly learn: (epochSeconds: number) => void;
}

/**
 * Before the first epoch has ended, the pace is measured from the first batch that was seen: a resumed training, or one
 * that is followed late, has earlier batches that this process did not time.
 */
export function createTimeLeft(): TimeLeft {
  let latestEpochSeconds: number | undefined;
  let first: { readonly done: number; readonly milliseconds: number } | undefined;
  return {
    learn: (epochSeconds) => {
      latestEpochSeconds = epochSeconds;
    },
    estimate: ({ epoch, epochs, batch, batchesPerEpoch }, milliseconds) => {
      const done = (epoch - 1) * batchesPerEpoch + batch;
      const batchesLeft = epochs * batchesPerEpoch - done;
      first ??= { done, milliseconds };
      if (latestEpochSeconds !== undefined) return (batchesLeft * latestEpochSeconds) / batchesPerEpoch;
      if (done === first.done) return undefined;
      return (batchesLeft * (milliseconds - first.milliseconds)) / 1000 / (done - first.done);
    },
  };
}
