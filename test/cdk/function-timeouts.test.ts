import { lambdaStepNames } from '../../lib/contracts/steps';
import { createS3Client, limitsInFunctions } from '../../lib/store/s3-client';
import { resourcesOf, synthesize } from './synthesize';

const { maxAttempts, connectMilliseconds, idleMilliseconds } = limitsInFunctions;
/** The SDK's delays before attempts 2 to 5, when S3 responds with SlowDown: up to 0.5, 1, 2 and 4 s. */
const delaysMilliseconds = 7_500;
const longestCallSeconds =
  (maxAttempts * Math.max(connectMilliseconds, idleMilliseconds) + delaysMilliseconds) / 1000;

test('a call to S3 that gets no response in any attempt ends before the function times out', () => {
  const functions = resourcesOf(synthesize(), 'AWS::Lambda::Function');
  // The steps, and the functions `sweep` and `notify`.
  expect(functions).toHaveLength(lambdaStepNames.length + 2);
  for (const [id, { Properties }] of functions) {
    // The same time again for the other work of the step.
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
    // The client reads its settings at the first request.
    await client.config.requestHandler
      .handle({ hostname: '127.0.0.1', port: 9, protocol: 'http:', method: 'GET', path: '/' } as never)
      .catch(() => undefined);
    const handler = client.config.requestHandler as unknown as { httpHandlerConfigs(): object };
    expect(handler.httpHandlerConfigs()).toMatchObject({ socketTimeout: milliseconds });
  } finally {
    if (saved === undefined) delete process.env['AWS_LAMBDA_FUNCTION_NAME'];
  }
});
