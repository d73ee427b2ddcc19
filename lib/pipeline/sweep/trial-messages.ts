import type { ErrorDetails, PipelineError } from '../../contracts/errors';
import type { PipelineEvent } from '../step-context';
import type { TrialPart } from './trainers';

/** To a process that trains trials. */
export type TrialRequest = { readonly type: 'train'; readonly part: TrialPart } | { readonly type: 'stop' };

/** From it. */
export type TrialReport =
  | { readonly type: 'event'; readonly event: PipelineEvent }
  | { readonly type: 'ended'; readonly outcome: 'paused' | 'finished' }
  | {
      readonly type: 'failed';
      readonly name: PipelineError['name'];
      readonly message: string;
      readonly evidence: NonNullable<ErrorDetails['evidence']>;
    }
  /** A bug: it has no name that is known. */
  | { readonly type: 'crashed'; readonly stack: string };
