import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { S3Store } from '../../lib/store/s3-store';
import { createFakeBucket, s3Error } from '../support/fake-bucket';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const body = bytesOf('body');

let fake: ReturnType<typeof createFakeBucket>;
let store: S3Store;
beforeEach(() => {
  fake = createFakeBucket();
  store = new S3Store(fake.client, 'my-bucket', 'team');
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const coded = (code: string) => Object.assign(new Error(`it was ${code}`), { code });
const named = (name: string) => Object.assign(new Error(`it was ${name}`), { name });

/** One row per cause: the error of S3 or the SDK, and the resulting errors of reading and writing. */
const failures = [
  {
    error: s3Error('NoSuchBucket', 404),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'there is no bucket "my-bucket"',
  },
  {
    error: s3Error('AccessDenied', 403),
    read: 'InvalidInput',
    write: 'StoreNotWritable',
    says: 'this identity may not',
  },
  { error: s3Error('ExpiredToken', 400), read: 'InvalidInput', write: 'InvalidInput', says: 'Sign in again' },
  {
    error: s3Error('InvalidAccessKeyId', 403),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'Sign in again',
  },
  {
    error: s3Error('SignatureDoesNotMatch', 403),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'Sign in again',
  },
  {
    error: named('CredentialsProviderError'),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'AWS_PROFILE',
  },
  {
    error: new Error('Region is missing'),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'Set AWS_REGION',
  },
  {
    error: s3Error('PermanentRedirect', 301),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'Set AWS_REGION',
  },
  {
    error: new Error('Region not accepted: region="eu central" is not a valid hostname component.'),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'the region is not valid. Check AWS_REGION',
  },
  {
    error: coded('ENOTFOUND'),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'the host does not exist. Check the region',
  },
  {
    error: new Error('The services section "local" specified in the profile is not present'),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'the profile is incomplete',
  },
  {
    error: named('EndpointError'),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'the endpoint is not a valid address',
  },
  {
    error: Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' }),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'the endpoint is not a valid address',
  },
  {
    error: s3Error('ProxyAuthenticationRequired', 407),
    read: 'InvalidInput',
    write: 'InvalidInput',
    says: 'HTTPS_PROXY=http://name:password@',
  },
  {
    error: s3Error('NotImplemented', 501),
    read: 'InvalidInput',
    write: 'StoreNotWritable',
    says: 'conditional writes (If-None-Match and If-Match)',
  },
  {
    error: Object.assign(s3Error('AccessDenied', 403), {
      message:
        'User is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext',
    }),
    read: 'InvalidInput',
    write: 'StoreNotWritable',
    says: "may not use the object's KMS key",
  },
  {
    error: s3Error('InvalidRequest', 400),
    read: 'InvalidInput',
    write: 'StoreNotWritable',
    says: 'S3 refused the request',
  },
  { error: s3Error('SlowDown', 503), read: 'StoreUnavailable', write: 'StoreUnavailable', says: 'for now' },
  {
    error: s3Error('TooManyRequestsException', 429),
    read: 'StoreUnavailable',
    write: 'StoreUnavailable',
    says: 'for now',
  },
  {
    error: s3Error('InternalError', 500),
    read: 'StoreUnavailable',
    write: 'StoreUnavailable',
    says: 'for now',
  },
  { error: s3Error('BadGateway', 502), read: 'StoreUnavailable', write: 'StoreUnavailable', says: 'for now' },
  {
    error: s3Error('RequestTimeout', 400),
    read: 'StoreUnavailable',
    write: 'StoreUnavailable',
    says: 'for now',
  },
  {
    error: s3Error('BadDigest', 400),
    read: 'StoreUnavailable',
    write: 'StoreUnavailable',
    says: 'for now',
  },
  {
    error: s3Error('IncompleteBody', 400),
    read: 'StoreUnavailable',
    write: 'StoreUnavailable',
    says: 'for now',
  },
  // The SDK could not parse the answer.
  { error: s3Error('Error', 200), read: 'StoreUnavailable', write: 'StoreUnavailable', says: 'HTTP 200' },
  { error: named('TimeoutError'), read: 'StoreUnavailable', write: 'StoreUnavailable', says: 'for now' },
  { error: coded('ECONNRESET'), read: 'StoreUnavailable', write: 'StoreUnavailable', says: 'ECONNRESET' },
  { error: coded('EAI_AGAIN'), read: 'StoreUnavailable', write: 'StoreUnavailable', says: 'EAI_AGAIN' },
] as const;

describe.each(failures)('$error.name, $error.message', ({ error, read, write, says }) => {
  beforeEach(() => {
    for (const command of [GetObjectCommand, PutObjectCommand, ListObjectsV2Command] as const) {
      fake.mock.on(command as typeof GetObjectCommand).rejects(error);
    }
  });

  test(`reading: ${read}`, async () => {
    const refusal = { name: read, message: expect.stringContaining(says), cause: error };
    await expect(store.get('runs/a')).rejects.toMatchObject(refusal);
    await expect(store.getRange('runs/a', 0, 1)).rejects.toMatchObject(refusal);
    await expect(collect(store.list('runs/'))).rejects.toMatchObject(refusal);
  });

  test(`writing: ${write}`, async () => {
    const refusal = { name: write, message: expect.stringContaining(says), cause: error };
    await expect(store.put('runs/a', body)).rejects.toMatchObject(refusal);
    await expect(store.putIfAbsent('runs/a', body)).rejects.toMatchObject(refusal);
  });
});

test('head without permission does not mean absence', async () => {
  fake.mock.on(HeadObjectCommand).rejects(s3Error('Forbidden', 403));
  await expect(store.head('a')).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringContaining('s3:ListBucket'),
  });
});

test('an error that did not come from a request is unchanged', async () => {
  const mistake = new TypeError('a mistake in the program');
  fake.mock.on(GetObjectCommand).rejects(mistake);
  await expect(store.get('a')).rejects.toBe(mistake);
});

test('a connection that breaks during a response is transient', async () => {
  async function* halfOf() {
    yield bytesOf('bo');
    throw coded('ECONNRESET');
  }
  fake.mock.on(GetObjectCommand).resolves({ Body: Readable.from(halfOf()) as never });
  await expect(store.get('a')).rejects.toMatchObject({ name: 'StoreUnavailable' });
});

describe('a host that does not exist', () => {
  const environment = { ...process.env };
  afterEach(() => {
    process.env = { ...environment };
  });

  test.each(['AWS_LAMBDA_FUNCTION_NAME', 'AWS_BATCH_JOB_ID'])(
    'is transient where %s is set: the region is not mistyped there, but a name server may be unavailable',
    async (variable) => {
      process.env[variable] = 'plan';
      fake.mock.on(GetObjectCommand).rejects(coded('ENOTFOUND'));
      await expect(store.get('a')).rejects.toMatchObject({ name: 'StoreUnavailable' });
    },
  );
});

test('a refusal without a request id of AWS is reported as the proxy’s', async () => {
  const environment = { ...process.env };
  process.env['HTTPS_PROXY'] = 'http://proxy.example.com:3128';
  try {
    fake.mock.on(GetObjectCommand).rejects(s3Error('Forbidden', 403));
    await expect(store.get('a')).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(/the proxy denied the request.* The proxy said Forbidden/),
    });
    const ofS3 = s3Error('AccessDenied', 403);
    fake.mock
      .on(GetObjectCommand)
      .rejects(Object.assign(ofS3, { $metadata: { ...ofS3.$metadata, requestId: 'ABC' } }));
    await expect(store.get('a')).rejects.toMatchObject({
      message: expect.stringMatching(/this identity may not read the object.* S3 said AccessDenied/),
    });
  } finally {
    process.env = environment;
  }
});
