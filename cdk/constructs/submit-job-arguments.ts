// Only types: the client is not loaded.
import type { SubmitJobCommandInput } from '@aws-sdk/client-batch';
import type { Expression } from './expressions';

/**
 * The request of an AWS service as the `Arguments` of a state: its members begin with a capital letter, and any value may
 * be an expression. Keys that the caller chooses, such as tags, are unchanged.
 */
type ArgumentsOf<Request> = Request extends string | number | boolean | undefined
  ? Request | Expression
  : Request extends readonly (infer Item)[]
    ? readonly ArgumentsOf<Item>[]
    : string extends keyof Request
      ? Request
      : { readonly [Member in keyof Request as Capitalize<Member & string>]: ArgumentsOf<Request[Member]> };

/** The arguments of `batch:submitJob.sync`: a misspelled or missing member fails `tsc`. */
export type SubmitJobArguments = ArgumentsOf<SubmitJobCommandInput>;

/** A tag of this pipeline's Batch jobs; the right to terminate jobs is limited to it. */
export const jobTagKey = 'mnist-pipeline-stack';
