import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PermanentError } from '../contracts/errors';
import type { ServedFiles } from './served-files';

export interface PageServer {
  /** `http://127.0.0.1:<port>/`. */
  readonly address: string;
  /** Ends open connections too. */
  readonly close: () => Promise<void>;
}

const host = '127.0.0.1';

/** Browsers ignore `frame-ancestors` in a meta element, so the server sends it. */
const toPolicyHeader = (policy: string) => `${policy}; frame-ancestors 'none'`;

/**
 * Serves the files on 127.0.0.1 only.
 *
 * @param port - 0 for any free one.
 * @throws PermanentError InvalidInput for a port that is taken or not allowed.
 */
export async function servePage(files: ServedFiles, port = 0): Promise<PageServer> {
  const server = createServer((request, response) => answer(request, response, files));
  await listen(server, port);
  const { port: chosen } = server.address() as AddressInfo;
  return {
    address: `http://${host}:${chosen}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const problem = cause.code === 'EADDRINUSE' ? 'another program uses it' : (cause.code ?? cause.message);
      reject(
        new PermanentError(
          'InvalidInput',
          `The page cannot be served on port ${port} of ${host}: ${problem}. Choose another with --port, or leave it out for a free one.`,
          { evidence: { port }, cause },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}

function answer(request: IncomingMessage, response: ServerResponse, files: ServedFiles): void {
  response.setHeader('Content-Security-Policy', toPolicyHeader("default-src 'none'"));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-store');
  if (!isOwnHost(request)) {
    refuse(response, 421, 'This page is served for 127.0.0.1 and localhost only. Use one of these names.');
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    refuse(response, 405, 'Only GET and HEAD are allowed.');
  } else {
    // Only whole paths from the list are served, so that no path can leave a folder.
    const file = files.get(request.url!.split('?')[0]!);
    if (file === undefined) {
      refuse(response, 404, 'There is no such file.');
      return;
    }
    response.writeHead(200, {
      'Content-Security-Policy': toPolicyHeader(file.policy),
      'Content-Type': file.type,
      'Content-Length': file.body.byteLength,
    });
    response.end(request.method === 'HEAD' ? undefined : file.body);
  }
}

/**
 * Prevents DNS rebinding: a foreign host name can resolve to 127.0.0.1, but its requests still have that name in their
 * Host header. The port is not compared, because port forwarding (ssh -L, an editor's tunnel, a container) changes it.
 */
function isOwnHost({ headers }: IncomingMessage): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(headers.host ?? '');
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}
