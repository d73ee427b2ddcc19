import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What was asked of the proxy: a tunnel to `host:port`, or a request for a whole address. */
export interface ProxiedRequest {
  readonly method: string;
  readonly target: string;
  readonly authorization: string | undefined;
  /** What came through the tunnel first; over TLS, the greeting that names the host. */
  greeting: string;
}

/** A company's proxy on 127.0.0.1. It resolves names itself, as such proxies do: here every name is `upstream`. */
export class ConnectProxy {
  readonly requests: ProxiedRequest[] = [];
  /** What a tunnel is answered with. */
  tunnelAnswer = 'HTTP/1.1 200 Connection Established\r\n\r\n';
  private readonly server = createServer((incoming, answer) => this.relay(incoming, answer));

  constructor(private readonly upstream: () => string) {
    this.server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
      const seen = this.record(incoming);
      socket.on('error', () => undefined);
      socket.write(this.tunnelAnswer);
      if (!this.tunnelAnswer.startsWith('HTTP/1.1 200')) {
        socket.end();
        return;
      }
      // What is said to AWS is for nobody here to answer.
      socket.once('data', (data) => {
        seen.greeting = data.toString('latin1');
        socket.destroy();
      });
    });
  }

  /** @returns its address. */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private record(incoming: IncomingMessage): ProxiedRequest {
    const { method = '', url: target = '', headers } = incoming;
    const seen = { method, target, authorization: headers['proxy-authorization'], greeting: '' };
    this.requests.push(seen);
    return seen;
  }

  private relay(incoming: IncomingMessage, answer: ServerResponse): void {
    this.record(incoming);
    const { pathname, search } = new URL(incoming.url!);
    const outgoing = request(new URL(`${pathname}${search}`, this.upstream()), {
      method: incoming.method,
      headers: incoming.headers,
    });
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode!, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(outgoing);
  }
}
