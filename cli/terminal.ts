import type { PipelineEvent } from '../lib/pipeline/step-context';

/** Where a command writes: results to standard output, everything else to standard error, so that a pipe gets only the result. */
export interface Terminal {
  /** A result line on standard output. */
  readonly print: (text: string) => void;
  /** Progress and notes, on standard error. */
  readonly report: (event: PipelineEvent) => void;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}
