import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request to the proxy: a tunnel to `host:port`, or a request with an absolute URL. */
export interface ProxiedRequest {
  readonly method: string;
  readonly target: string;
  readonly authorization: string | undefined;
  /** The first bytes through the tunnel; over TLS, the ClientHello, which contains the host name. */
  greeting: string;
}

/** A corporate proxy on 127.0.0.1. It resolves names itself, as such proxies do. Here every name is `upstream`. */
export class ConnectProxy {
  readonly requests: ProxiedRequest[] = [];
  /** The answer to a request for a tunnel. */
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
      // Requests to AWS get no response here.
      socket.once('data', (data) => {
        seen.greeting = data.toString('latin1');
        socket.destroy();
      });
    });
  }

  /** @returns the address of the proxy. */
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
