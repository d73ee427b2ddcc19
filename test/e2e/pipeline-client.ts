import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type ExecutionListItem,
  paginateGetExecutionHistory,
  paginateListExecutions,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { SweepExecutionInput } from '../../lib/contracts/sweep-steps';
import { createS3Store, type S3Store } from '../../lib/store/s3-store';
import { askService, rest } from './account-requests';
import type { StackOutputs } from './deployment';

const pollMilliseconds = 200;

/** A client of a deployed pipeline. It does not depend on the emulator. */
export class PipelineClient {
  readonly store: S3Store;
  private readonly sfn = new SFNClient({});
  private readonly s3 = new S3Client({ forcePathStyle: true });

  constructor(readonly outputs: StackOutputs) {
    this.store = createS3Store(outputs.BucketName);
  }

  /** @returns the ARN. */
  start(name: string, input: unknown): Promise<string> {
    return this.startMachine(this.outputs.StateMachineArn, name, input);
  }

  /** @returns the ARN of the execution. Its sweep.json is in the bucket already. */
  startSweep(sweepId: string, input: SweepExecutionInput): Promise<string> {
    return this.startMachine(this.outputs.SweepStateMachineArn, sweepId, input);
  }

  private async startMachine(stateMachineArn: string, name: string, input: unknown): Promise<string> {
    const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
    return (await this.sfn.send(command)).executionArn!;
  }

  describe(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    return this.sfn.send(new DescribeExecutionCommand({ executionArn }));
  }

  async waitForEnd(executionArn: string, limitSeconds = 400): Promise<DescribeExecutionCommandOutput> {
    const giveUpAt = Date.now() + limitSeconds * 1000;
    while (Date.now() < giveUpAt) {
      const execution = await this.describe(executionArn);
      if (execution.status !== 'RUNNING') return execution;
      await pause(pollMilliseconds);
    }
    throw new Error(`${executionArn} still runs after ${limitSeconds} s`);
  }

  async run(name: string, input: unknown): Promise<DescribeExecutionCommandOutput> {
    return this.waitForEnd(await this.start(name, input));
  }

  async abort(executionArn: string): Promise<void> {
    await this.sfn.send(new StopExecutionCommand({ executionArn, cause: 'requested by the test' }));
  }

  async redrive(executionArn: string): Promise<void> {
    await this.sfn.send(new RedriveExecutionCommand({ executionArn }));
  }

  /** Executions of the training whose name begins with `prefix`, oldest first. */
  async findTrainings(prefix: string): Promise<ExecutionListItem[]> {
    const found = await this.listExecutions(this.outputs.StateMachineArn);
    return found.filter(({ name }) => name!.startsWith(prefix)).reverse();
  }

  /** Newest first. */
  private async listExecutions(stateMachineArn: string): Promise<ExecutionListItem[]> {
    const found: ExecutionListItem[] = [];
    for await (const { executions = [] } of paginateListExecutions({ client: this.sfn }, { stateMachineArn }))
      found.push(...executions);
    return found;
  }

  /** States in the order in which they were entered, with their inputs. */
  async statesEntered(executionArn: string): Promise<{ name: string; input: string }[]> {
    const states: { name: string; input: string }[] = [];
    for await (const { events } of paginateGetExecutionHistory({ client: this.sfn }, { executionArn })) {
      for (const { stateEnteredEventDetails } of events ?? []) {
        if (stateEnteredEventDetails?.name === undefined) continue;
        states.push({ name: stateEnteredEventDetails.name, input: stateEnteredEventDetails.input ?? '' });
      }
    }
    return states;
  }

  /** All versions of the body of each key below `prefix`, oldest first. */
  async versionsBelow(prefix: string): Promise<Map<string, Uint8Array[]>> {
    const Bucket = this.outputs.BucketName;
    const bodies = new Map<string, Uint8Array[]>();
    for await (const { Versions = [] } of this.versionPages(prefix)) {
      for (const { Key, VersionId } of Versions) {
        const { Body } = await this.s3.send(
          new GetObjectCommand({ Bucket, Key: Key!, VersionId: VersionId! }),
        );
        // S3 lists the newest version of a key first.
        bodies.set(Key!, [await Body!.transformToByteArray(), ...(bodies.get(Key!) ?? [])]);
      }
    }
    return bodies;
  }

  private async *versionPages(Prefix: string): AsyncIterable<ListObjectVersionsCommandOutput> {
    let page: ListObjectVersionsCommandOutput | undefined;
    do {
      page = await this.s3.send(
        new ListObjectVersionsCommand({
          Bucket: this.outputs.BucketName,
          Prefix,
          KeyMarker: page?.NextKeyMarker,
          VersionIdMarker: page?.NextVersionIdMarker,
        }),
      );
      yield page;
    } while (page.IsTruncated);
  }

  /** The histories of all executions, as JSON. */
  async historiesOfAll(): Promise<string[]> {
    const { StateMachineArn, SweepStateMachineArn } = this.outputs;
    const client = this.sfn;
    const histories: string[] = [];
    for (const stateMachineArn of [StateMachineArn, SweepStateMachineArn]) {
      for (const { executionArn } of await this.listExecutions(stateMachineArn)) {
        for await (const { events } of paginateGetExecutionHistory({ client }, { executionArn })) {
          histories.push(JSON.stringify(events));
        }
      }
    }
    return histories;
  }

  async upload(key: string, body: Uint8Array): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.outputs.BucketName, Key: key, Body: body }));
  }

  /** Polls until the key exists. */
  async waitForObject(key: string, limitSeconds = 30): Promise<void> {
    for (const giveUpAt = Date.now() + limitSeconds * 1000; Date.now() < giveUpAt; await pause(100)) {
      if ((await this.store.head(key)) !== undefined) return;
    }
    throw new Error(`${key} is not in ${this.store.location} after ${limitSeconds} s`);
  }

  /** Every version of every object: a thousand at a time, until nothing is left. */
  async emptyBucket(): Promise<void> {
    const Bucket = this.outputs.BucketName;
    while (true) {
      const page = await this.s3.send(new ListObjectVersionsCommand({ Bucket }));
      const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
      if (found.length === 0) return;
      const Objects = found.map(({ Key, VersionId }) => ({ Key: Key!, VersionId: VersionId! }));
      await this.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    }
  }
}

export interface BatchJob {
  readonly jobId: string;
  readonly jobName: string;
  /** The ARN of a revision. */
  readonly jobDefinition: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly attempts?: readonly { readonly container: { readonly exitCode: number } }[];
}

async function askBatch<Answer>(operation: string, request: object): Promise<Answer> {
  return JSON.parse(await askService('batch', rest(`/v1/${operation}`, request))) as Answer;
}

/** Every job of every run. */
export async function findAllJobs(): Promise<BatchJob[]> {
  const { jobSummaryList } = await askBatch<{ jobSummaryList: { jobId: string }[] }>('listjobs', {});
  const ids = jobSummaryList.map(({ jobId }) => jobId);
  return (await askBatch<{ jobs: BatchJob[] }>('describejobs', { jobs: ids })).jobs;
}

/** The jobs of a run. Their name is the run id. */
export async function findJobs(runId: string): Promise<BatchJob[]> {
  return (await findAllJobs()).filter(({ jobName }) => jobName === runId);
}

/** For each attempt of a job, in order. */
export function exitCodesOf({ attempts }: BatchJob) {
  return attempts?.map(({ container }) => container.exitCode);
}
