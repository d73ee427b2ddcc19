import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import { join } from 'node:path';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { createExecutions } from '../../lib/cloud/sfn-executions';
import { findProxyAgent } from '../../lib/store/proxy-agent';
import { createS3Client } from '../../lib/store/s3-client';
import { S3Store } from '../../lib/store/s3-store';
import { type AnsweringServer, startAnsweringServer } from '../support/answering-server';
import { ConnectProxy } from '../support/connect-proxy';
import { useEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const keys = { AWS_ACCESS_KEY_ID: 'fake', AWS_SECRET_ACCESS_KEY: 'fake' };
useEnvironment();

let upstream: AnsweringServer;
let proxy: ConnectProxy;
let address: string;
beforeEach(async () => {
  upstream = await startAnsweringServer((_, response) => response.writeHead(200).end('body'));
  proxy = new ConnectProxy(() => upstream.address);
  address = await proxy.start();
});
afterEach(async () => {
  await proxy.stop();
  await upstream.stop();
});

const openBucket = () => new S3Store(createS3Client('eu-central-1', { maxAttempts: 1 }), 'my-bucket');

test('S3 is reached through a tunnel of HTTPS_PROXY, with the name and password of its address', async () => {
  Object.assign(process.env, keys, { HTTPS_PROXY: `http://me:secret@${address}` });
  await expect(openBucket().head('a')).rejects.toThrow();
  const host = 'my-bucket.s3.eu-central-1.amazonaws.com';
  expect(proxy.requests).toEqual([
    {
      method: 'CONNECT',
      target: `${host}:443`,
      authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
      // The record type of a TLS handshake, and the requested server name.
      greeting: expect.stringMatching(new RegExp(`^\\x16[\\s\\S]*${host}`)),
    },
  ]);
});

test('Step Functions is reached the same way', async () => {
  Object.assign(process.env, keys, { https_proxy: `http://${address}` });
  const stateMachineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Workflow';
  const stack = {
    name: 'MnistPipeline',
    stateMachineArn,
    bucketName: 'my-bucket',
    region: 'eu-central-1',
    account: '123456789012',
  };
  const executions = createExecutions(stack, { arn: stateMachineArn, kind: 'run' });
  await expect(executions.check()).rejects.toThrow();
  expect(new Set(proxy.requests.map(({ target }) => target))).toEqual(
    new Set(['states.eu-central-1.amazonaws.com:443']),
  );
});

test('requests for credentials use the proxy too: those of single sign-on', async () => {
  const startUrl = 'https://company.example.com/start';
  const cache = join(folder, '.aws', 'sso', 'cache');
  mkdirSync(cache, { recursive: true });
  writeFileSync(
    join(cache, `${createHash('sha1').update(startUrl).digest('hex')}.json`),
    JSON.stringify({ accessToken: 'token', expiresAt: '2999-01-01T00:00:00Z' }),
  );
  const config = `[profile company]\nsso_start_url = ${startUrl}\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = Reader\n`;
  writeFileSync(join(folder, 'config'), config);
  Object.assign(process.env, {
    HOME: folder,
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_PROFILE: 'company',
    HTTPS_PROXY: `http://${address}`,
  });
  await expect(openBucket().head('a')).rejects.toMatchObject({ name: 'InvalidInput' });
  expect(proxy.requests[0]?.target).toBe('portal.sso.eu-west-1.amazonaws.com:443');
});

test('a service without TLS is reached through HTTP_PROXY, with its absolute address in every request', async () => {
  Object.assign(process.env, keys, {
    HTTP_PROXY: `http://${address}`,
    AWS_ENDPOINT_URL: 'http://objects.example.com:9000',
  });
  const bucket = openBucket();
  for (let time = 0; time < 2; time += 1) {
    expect(new TextDecoder().decode(await bucket.get('a'))).toBe('body');
  }
  const request = {
    method: 'GET',
    target: expect.stringMatching(/^http:\/\/objects\.example\.com:9000\/my-bucket\/a/),
  };
  expect(proxy.requests).toMatchObject([request, request]);
});

test('an emulator on this machine is reached directly, without NO_PROXY', async () => {
  Object.assign(process.env, keys, { HTTP_PROXY: `http://${address}`, AWS_ENDPOINT_URL: upstream.address });
  expect(new TextDecoder().decode(await openBucket().get('a'))).toBe('body');
  expect(proxy.requests).toEqual([]);
});

test.each([
  [
    '407 Proxy Authentication Required',
    /the proxy requires authentication\. Add name and password to its address/,
  ],
  ['403 Forbidden', /the proxy denied the request\..*The proxy said .*\(HTTP 403\)/],
])('a proxy that answers %s: its own message, and no advice about rights in AWS', async (status, message) => {
  proxy.tunnelAnswer = `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`;
  Object.assign(process.env, keys, { HTTPS_PROXY: `http://${address}` });
  for (const failure of [
    openBucket().head('a'),
    openBucket().get('a'),
    openBucket().put('a', new Uint8Array(1)),
  ]) {
    await expect(failure).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(message),
    });
  }
});

describe('how a host is reached', () => {
  const proxyAddress = 'http://proxy.example.com:3128';
  const s3 = { host: 'b.s3.eu-central-1.amazonaws.com', port: 443, secureEndpoint: true };
  const plain = { host: 'objects.example.com', port: 9000, secureEndpoint: false };

  test.each<[Record<string, string>, typeof s3, 'tunnel' | 'relay' | 'direct']>([
    [{ HTTPS_PROXY: proxyAddress }, s3, 'tunnel'],
    [{ https_proxy: proxyAddress }, s3, 'tunnel'],
    [{ ALL_PROXY: proxyAddress }, s3, 'tunnel'],
    [{ HTTPS_PROXY: 'proxy.example.com:3128' }, s3, 'tunnel'],
    [{ HTTP_PROXY: proxyAddress }, s3, 'direct'],
    [{ HTTPS_PROXY: proxyAddress }, plain, 'direct'],
    [{ HTTP_PROXY: proxyAddress }, plain, 'relay'],
    [{ HTTPS_PROXY: proxyAddress, NO_PROXY: '.amazonaws.com' }, s3, 'direct'],
    [
      { HTTPS_PROXY: proxyAddress, no_proxy: 'example.org,b.s3.eu-central-1.amazonaws.com:443' },
      s3,
      'direct',
    ],
    [{ HTTPS_PROXY: proxyAddress, NO_PROXY: '*' }, s3, 'direct'],
    [{ HTTPS_PROXY: proxyAddress, NO_PROXY: 'example.org' }, s3, 'tunnel'],
    [{ HTTPS_PROXY: proxyAddress }, { ...s3, host: '127.0.0.1' }, 'direct'],
    [{ HTTPS_PROXY: proxyAddress }, { ...s3, host: 'localhost' }, 'direct'],
    [{ HTTPS_PROXY: proxyAddress }, { ...s3, host: '::1' }, 'direct'],
  ])('%j, %j: %s', async (variables, target, expected) => {
    Object.assign(process.env, variables);
    const agent = findProxyAgent() as Agent & { connect(request: unknown, options: object): Promise<Agent> };
    const chosen = await agent.connect(undefined, target);
    const way =
      chosen instanceof HttpsProxyAgent ? 'tunnel' : chosen instanceof HttpProxyAgent ? 'relay' : 'direct';
    expect(way).toBe(expected);
    // Creating a tunnel takes five messages, so it is reused.
    if (way === 'tunnel') expect([agent, chosen]).toMatchObject([{ keepAlive: true }, { keepAlive: true }]);
  });

  test('without these variables the SDK connects by its defaults', () => {
    expect(findProxyAgent()).toBeUndefined();
  });
});
