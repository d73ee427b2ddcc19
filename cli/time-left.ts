import type { PipelineEvent } from '../lib/pipeline/step-context';

type Progress = Extract<PipelineEvent, { type: 'training-progress' }>;

export interface TimeLeft {
  /** @returns seconds to the end of the training; `undefined` as long as nothing is known of its pace. */
  readonly estimate: (progress: Progress, nowMilliseconds: number) => number | undefined;
  /** What an epoch took is the best that is known of the next one, its validation included. */
  readonly learn: (epochSeconds: number) => void;
}

/**
 * Before the first epoch has ended, the pace is that of the steps since the first one that was seen: a training that
 * goes on from a checkpoint, or that one begins to follow late, has steps behind it that took no time of ours.
 */
export function createTimeLeft(): TimeLeft {
  let latestEpochSeconds: number | undefined;
  let first: { readonly done: number; readonly milliseconds: number } | undefined;
  return {
    learn: (epochSeconds) => {
      latestEpochSeconds = epochSeconds;
    },
    estimate: ({ epoch, epochs, step, stepsPerEpoch }, milliseconds) => {
      const done = (epoch - 1) * stepsPerEpoch + step;
      const stepsLeft = epochs * stepsPerEpoch - done;
      first ??= { done, milliseconds };
      if (latestEpochSeconds !== undefined) return (stepsLeft * latestEpochSeconds) / stepsPerEpoch;
      if (done === first.done) return undefined;
      return (stepsLeft * (milliseconds - first.milliseconds)) / 1000 / (done - first.done);
    },
  };
}

/** ` · 12 s left`, or nothing. */
export function describeTimeLeft(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  const whole = Math.round(seconds);
  if (whole < 60) return ` · ${whole} s left`;
  if (whole < 3600) return ` · ${Math.floor(whole / 60)} min ${whole % 60} s left`;
  return ` · ${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min left`;
}
