// Types alone: nothing of the client is loaded.
import type { SubmitJobCommandInput } from '@aws-sdk/client-batch';
import type { Expression } from './expressions';

/**
 * A request of an AWS service as a state's `Arguments`: its members begin with a capital, and any value may be an
 * expression. What the user names himself, such as tags, stays as it is.
 */
type ArgumentsOf<Request> = Request extends string | number | boolean | undefined
  ? Request | Expression
  : Request extends readonly (infer Item)[]
    ? readonly ArgumentsOf<Item>[]
    : string extends keyof Request
      ? Request
      : { readonly [Member in keyof Request as Capitalize<Member & string>]: ArgumentsOf<Request[Member]> };

/** What `batch:submitJob.sync` takes: a misspelled or missing member fails `tsc`. */
export type SubmitJobArguments = ArgumentsOf<SubmitJobCommandInput>;

/** Batch jobs of this pipeline carry this tag; the right to terminate jobs is bound to it. */
export const jobTagKey = 'mnist-pipeline-stack';
