import { request } from 'node:http';
import { connect } from 'node:net';
import { type PageServer, servePage } from '../../lib/try-it/serve-page';

const policy = "default-src 'none'; script-src 'sha256-abc'";
const files = new Map([
  ['/', { type: 'text/html; charset=utf-8', body: new TextEncoder().encode('<p>hello</p>'), policy }],
  ['/model/model.json', { type: 'application/json', body: new TextEncoder().encode('{}'), policy }],
]);

let server: PageServer;
beforeAll(async () => {
  server = await servePage(files);
});
afterAll(() => server.close());

const port = () => Number(new URL(server.address).port);

/** Sends the path unchanged; `fetch` would normalize it. */
function ask(path: string, { method = 'GET', host = `127.0.0.1:${port()}` } = {}) {
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
    (resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port: port(), path, method, headers: { host } },
        (response) => {
          let body = '';
          response.on('data', (chunk) => {
            body += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode!, body, headers: response.headers }),
          );
        },
      );
      asked.on('error', reject);
      asked.end();
    },
  );
}

test.each([
  { path: '/', type: 'text/html; charset=utf-8', body: '<p>hello</p>' },
  { path: '/?from=bookmark', type: 'text/html; charset=utf-8', body: '<p>hello</p>' },
  { path: '/model/model.json', type: 'application/json', body: '{}' },
])('$path is served', async ({ path, type, body }) => {
  const answer = await ask(path);
  expect(answer).toMatchObject({ status: 200, body });
  expect(answer.headers['content-type']).toBe(type);
  expect(answer.headers['content-security-policy']).toBe(`${policy}; frame-ancestors 'none'`);
});

test.each([
  '/package.json',
  '/model/',
  '/model/../../package.json',
  '/%2e%2e/package.json',
  '//etc/passwd',
  '/model/model.json/',
])('%s is not found: only whole paths from the list are served', async (path) => {
  expect((await ask(path)).status).toBe(404);
});

test.each([
  { host: () => 'evil.example', status: 421 },
  { host: () => `evil.example:${port()}`, status: 421 },
  { host: () => 'localhost.evil.example', status: 421 },
  { host: () => '127.0.0.1:1@evil.example', status: 421 },
  { host: () => 'localhost:evil', status: 421 },
  { host: () => `127.0.0.1.evil.example:${port()}`, status: 421 },
  { host: () => `localhost:${port()}`, status: 200 },
  { host: () => `127.0.0.1:${port()}`, status: 200 },
  { host: () => 'LOCALHOST:8080', status: 200 },
  { host: () => '127.0.0.1:9000', status: 200 },
  { host: () => '[::1]:9000', status: 200 },
  { host: () => 'localhost', status: 200 },
])(
  'a foreign host name is refused, and any port of a local one is allowed: case %#',
  async ({ host, status }) => {
    expect((await ask('/', { host: host() })).status).toBe(status);
  },
);

test.each([
  { method: 'HEAD', status: 200 },
  { method: 'POST', status: 405 },
  { method: 'DELETE', status: 405 },
])('$method: $status', async ({ method, status }) => {
  expect(await ask('/', { method })).toMatchObject({
    status,
    body: status === 200 ? '' : expect.any(String),
  });
});

test('it listens on 127.0.0.1 only, so other machines cannot connect', async () => {
  const reached = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: '127.0.0.2', port: port() });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  expect(reached).toBe(false);
});

test('a port in use is an error that says what to do', async () => {
  await expect(servePage(files, port())).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(
      /port \d+ of 127\.0\.0\.1: another program uses it\. Choose another with --port/,
    ),
  });
});

test('closing ends open connections and frees the port', async () => {
  const other = await servePage(files);
  const { port: freed } = new URL(other.address);
  const socket = connect({ host: '127.0.0.1', port: Number(freed) });
  await new Promise((resolve) => socket.once('connect', resolve));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await other.close();
  await ended;
  const again = await servePage(files, Number(freed));
  expect(again.address).toBe(other.address);
  await again.close();
});
