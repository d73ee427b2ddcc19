import { lambdaStepNames } from '../../lib/contracts/steps';
import { createS3Client, limitsInFunctions } from '../../lib/store/s3-client';
import { resourcesOf, synthesize } from './synthesize';

const { maxAttempts, connectMilliseconds, idleMilliseconds } = limitsInFunctions;
/** The SDK's pauses before attempts 2 to 5, when S3 says SlowDown: up to 0.5, 1, 2 and 4 s. */
const pausesMilliseconds = 7_500;
const longestCallSeconds =
  (maxAttempts * Math.max(connectMilliseconds, idleMilliseconds) + pausesMilliseconds) / 1000;

test('a call to S3 that meets silence at every attempt ends before the function is stopped', () => {
  const functions = resourcesOf(synthesize(), 'AWS::Lambda::Function');
  // Besides the steps, the function that sends messages.
  expect(functions).toHaveLength(lambdaStepNames.length + 1);
  for (const [id, { Properties }] of functions) {
    // As long again for what the step does besides.
    expect([id, Properties['Timeout'] as number]).toEqual([id, expect.any(Number)]);
    expect(Properties['Timeout'] as number).toBeGreaterThanOrEqual(2 * longestCallSeconds);
  }
});

test.each([
  { name: undefined, milliseconds: 60_000 },
  { name: 'shard', milliseconds: idleMilliseconds },
])('a client in the function $name waits $milliseconds ms', async ({ name, milliseconds }) => {
  const saved = process.env['AWS_LAMBDA_FUNCTION_NAME'];
  if (name !== undefined) process.env['AWS_LAMBDA_FUNCTION_NAME'] = name;
  try {
    const client = createS3Client('us-east-1');
    // Its settings are read with its first request.
    await client.config.requestHandler
      .handle({ hostname: '127.0.0.1', port: 9, protocol: 'http:', method: 'GET', path: '/' } as never)
      .catch(() => undefined);
    const handler = client.config.requestHandler as unknown as { httpHandlerConfigs(): object };
    expect(handler.httpHandlerConfigs()).toMatchObject({ socketTimeout: milliseconds });
  } finally {
    if (saved === undefined) delete process.env['AWS_LAMBDA_FUNCTION_NAME'];
  }
});
