import { DistributedMap, QueryLanguage, S3JsonItemReader } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { objectKeys } from '../../lib/contracts/object-keys';
import type { ArtifactStore } from './artifact-store';
import { expression, placeholder } from './expressions';
import { sweepVariable } from './sweep-variables';

interface JobMapProps {
  readonly store: ArtifactStore;
  /** JSONata, without braces. */
  readonly concurrency: string;
  readonly toleratedFailures: string;
}

/** Runs the jobs of the current round. CDK has no property for an expression in `ToleratedFailureCount`. */
export class JobMap extends DistributedMap {
  constructor(
    scope: Construct,
    id: string,
    private readonly jobs: JobMapProps,
  ) {
    super(scope, id, {
      queryLanguage: QueryLanguage.JSONATA,
      itemReader: new RoundJobs(jobs.store),
      jsonataMaxConcurrency: expression(jobs.concurrency),
      // The results are read by run id, never by position.
      outputs: '{% {} %}',
    });
  }

  override toStateJson(queryLanguage?: QueryLanguage): object {
    return {
      ...super.toStateJson(queryLanguage!),
      ToleratedFailureCount: expression(this.jobs.toleratedFailures),
    };
  }
}

/** Reads `rounds/<n>.json`. CDK's reader does not support `ItemsPointer`, and would grant the whole bucket. */
class RoundJobs extends S3JsonItemReader {
  constructor({ bucket }: ArtifactStore) {
    const key = objectKeys.sweepRound(
      placeholder(sweepVariable('sweepId')),
      placeholder(`$string(${sweepVariable('round')})`),
    );
    super({ bucket, key: expression(`'${key}'`) });
  }

  override render(queryLanguage?: QueryLanguage): Record<string, Record<string, unknown>> {
    const reader = super.render(queryLanguage) as Record<string, Record<string, unknown>>;
    return { ...reader, ReaderConfig: { ...reader['ReaderConfig'], ItemsPointer: '/jobs' } };
  }

  override providePolicyStatements() {
    // The store grants this to the role of the state machine.
    return [];
  }
}
