import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { objectKeys } from '../../lib/contracts/object-keys';
import { createS3Store, S3Store } from '../../lib/store/s3-store';
import { startEmulator } from '../e2e/emulator-process';
import { BucketMirror } from './bucket-mirror';
import { FaultProxy } from './fault-proxy';
import { shortTimeouts } from './short-timeouts';
import { encodeTinyDataset, makeTinyDataset } from './tiny-dataset';

const bucket = 'artifacts';
const uploadedDataset = `${objectKeys.uploads}digits`;
/** The dataset in the configuration of a run. */
export const emulatedDataset = `s3://${bucket}/${uploadedDataset}`;

export interface EmulatedBucket {
  readonly proxy: FaultProxy;
  /** Without the proxy. */
  readonly mirror: BucketMirror;
  /** Through the proxy, with separate connections, like a separate process. */
  readonly openStore: () => S3Store;
  readonly stop: () => Promise<void>;
}

/**
 * The emulator's S3 behind a proxy, with a dataset that the workflow's steps import over HTTP. Points the
 * environment of this process at the proxy.
 *
 * @param folder - for the emulator's log.
 */
export async function startEmulatedBucket(
  folder: string,
  delayMilliseconds?: () => number,
): Promise<EmulatedBucket> {
  const emulator = await startEmulator(folder);
  const { AWS_ENDPOINT_URL: endpoint, ...environment } = emulator.environment;
  const proxy = new FaultProxy(new URL(endpoint!), shortTimeouts.idleMilliseconds * 1.5, delayMilliseconds);
  Object.assign(process.env, environment, { AWS_ENDPOINT_URL_S3: await proxy.start() });

  const direct = new S3Client({ endpoint: endpoint!, forcePathStyle: true });
  await direct.send(new CreateBucketCommand({ Bucket: bucket }));
  // Odd counts: if the lowest bit of a count flips, the count is one less, and the file is not too short for it.
  const files = encodeTinyDataset(makeTinyDataset({ trainCount: 61, testCount: 31, classes: 3 }));
  const uploads = new S3Store(direct, bucket, uploadedDataset);
  for (const [name, body] of Object.entries(files)) await uploads.put(name, body);

  return {
    proxy,
    mirror: new BucketMirror(direct, bucket),
    openStore: () => createS3Store(bucket),
    stop: async () => {
      await proxy.stop();
      await emulator.stop();
    },
  };
}
