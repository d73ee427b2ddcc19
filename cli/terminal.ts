import type { PipelineEvent } from '../lib/pipeline/step-context';

/** Where a command writes: results to `out`, everything else to `err`, so that a pipe gets the result alone. */
export interface Terminal {
  /** A result line on standard output. */
  readonly print: (text: string) => void;
  /** What the pipeline is doing, on standard error. */
  readonly report: (event: PipelineEvent) => void;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}
