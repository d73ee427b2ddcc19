import type { UploadProgress } from '../lib/cloud/upload-source';
import type { PipelineEvent } from '../lib/pipeline/step-context';
import type { Styles } from './display/styles';

/** What is shown while a command works. */
export type TerminalEvent =
  | PipelineEvent
  | ({ readonly type: 'upload-progress' } & UploadProgress)
  /** Of a whole sweep; redrawn in place. */
  | { readonly type: 'sweep-progress'; readonly lines: readonly string[] }
  /** What a trial has reached; it stays. */
  | { readonly type: 'trial-progressed'; readonly text: string };

/** Where a command writes: results to standard output, everything else to standard error, so that a pipe gets only the result. */
export interface Terminal {
  /** A result line on standard output. */
  readonly print: (text: string) => void;
  /** Progress and notes, on standard error. */
  readonly report: (event: TerminalEvent) => void;
  /** Of standard output. */
  readonly styles: Styles;
  /** Of standard output; `undefined` if it is not a terminal. */
  readonly columns: number | undefined;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}
