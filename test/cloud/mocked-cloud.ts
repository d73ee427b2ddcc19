import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { S3Store } from '../../lib/store/s3-store';
import { createFakeBucket } from '../support/fake-bucket';

export const stateMachineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Workflow';
export const sweepStateMachineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Sweeps';
export const executionArn = `${stateMachineArn.replace('stateMachine', 'execution')}:friday`;
/** The cause of an execution that decided to fail. */
export const decided = JSON.stringify({ step: 'gate', reason: 'It is 0.5.', remedy: 'Train longer.' });

type AnyCommand = typeof AbortMultipartUploadCommand;

const multipartCommands = [
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
];

/**
 * Two deployed stacks, MnistPipeline and Blue, which was deployed before there were sweeps, for every client that a command creates: one fake bucket, and a Step
 * Functions client with the answers of the test. The environment is restored after the last test.
 *
 * @param folder - where the outputs file is written.
 */
export function useMockedCloud(folder: string) {
  const bucket = createFakeBucket();
  const store = new S3Store(bucket.client, 'artifact-bucket');
  const s3 = mockClient(S3Client);
  const sfn = mockClient(SFNClient);
  const environment = { ...process.env };

  beforeEach(() => {
    const outputsFile = join(folder, 'cdk-outputs.json');
    const outputs = { StateMachineArn: stateMachineArn, BucketName: 'artifact-bucket' };
    const MnistPipeline = { ...outputs, SweepStateMachineArn: sweepStateMachineArn };
    writeFileSync(outputsFile, JSON.stringify({ MnistPipeline, Blue: outputs }));
    Object.assign(process.env, {
      MNIST_PIPELINE_OUTPUTS: outputsFile,
      AWS_ACCESS_KEY_ID: 'AKIAFAKE',
      AWS_SECRET_ACCESS_KEY: 'fake',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    bucket.objects.clear();
    sfn.reset();
    bucket.unfinished.clear();
    s3.on(GetObjectCommand).callsFake((input) => bucket.client.send(new GetObjectCommand(input)));
    s3.on(HeadObjectCommand).callsFake((input) => bucket.client.send(new HeadObjectCommand(input)));
    s3.on(PutObjectCommand).callsFake((input) => bucket.client.send(new PutObjectCommand(input)));
    s3.on(ListObjectsV2Command).callsFake((input) => bucket.client.send(new ListObjectsV2Command(input)));
    for (const Multipart of multipartCommands)
      s3.on(Multipart as AnyCommand).callsFake((input) =>
        bucket.client.send(new (Multipart as AnyCommand)(input)),
      );
  });
  afterAll(() => {
    process.env = environment;
  });

  /** Sets the state of the execution "friday". */
  const answerWith = (facts: object): void => {
    sfn.on(StartExecutionCommand).resolves({ executionArn });
    sfn.on(DescribeExecutionCommand, { executionArn }).resolves({ executionArn, ...facts });
    sfn.on(GetExecutionHistoryCommand).resolves({
      events: [
        {
          id: 1,
          type: 'TaskStateEntered',
          timestamp: new Date(0),
          stateEnteredEventDetails: { name: 'Plan the preprocessing' },
        },
      ],
    });
  };
  return { bucket, store, s3, sfn, answerWith };
}

/** The error that the SDK throws for an error response of Step Functions. */
export function sfnError(name: string, httpStatusCode = 400): SFNServiceException {
  const $fault = httpStatusCode >= 500 ? 'server' : 'client';
  return new SFNServiceException({ name, message: `it was ${name}`, $fault, $metadata: { httpStatusCode } });
}
