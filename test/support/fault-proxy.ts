import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { describeCall, type HttpCall, isSameCall } from './http-call';
import { answerFaults, type HttpFault, refusals } from './http-faults';

interface PlannedFault {
  readonly fault: HttpFault;
  readonly call: HttpCall;
}

/** The response of S3, or its replacement. */
interface Answer {
  readonly status: number;
  readonly headers: readonly [name: string, value: string][];
  readonly body: Buffer;
}

/**
 * A proxy on 127.0.0.1 between the SDK and S3. It forwards every request, records the calls, and makes one of them
 * fail. A call is what the program requested. The SDK may send it several times, with one `amz-sdk-invocation-id`.
 */
export class FaultProxy {
  /** In the order of their first requests. */
  calls: HttpCall[] = [];
  /** Whether the fault occurred. */
  hasFaultOccurred = false;
  private planned: PlannedFault | undefined;
  private invocations = new Map<string, HttpCall>();
  private failure: unknown;
  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly upstream: URL,
    /** The duration of a slow response, longer than the client waits. */
    private readonly slowMilliseconds: number,
    /** Before each request is forwarded, so that the requests of two clients mix in any order. */
    private readonly delayMilliseconds = () => 0,
  ) {
    this.server = createServer((incoming, answer) => {
      // A client that has disconnected, or was disconnected, is part of the test.
      incoming.on('error', () => undefined);
      answer.on('error', () => undefined);
      this.handle(incoming, answer).catch((error: unknown) => {
        // A request whose client has disconnected cannot be read. Anything else is a failure of the proxy.
        if (!incoming.socket.destroyed) this.failure ??= error;
        incoming.socket.destroy();
      });
    });
  }

  /** @returns the endpoint for clients. */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
    if (this.failure !== undefined) throw this.failure;
  }

  /**
   * Forgets all calls so far. From now on the planned call fails.
   *
   * @throws the errors of the proxy itself so far.
   */
  plan(planned?: PlannedFault): void {
    if (this.failure !== undefined) throw this.failure;
    this.planned = planned;
    this.hasFaultOccurred = false;
    this.calls = [];
    this.invocations = new Map();
  }

  private async handle(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const call = this.register(incoming);
    const fault = this.faultOf(incoming, call);
    if (fault?.kind === 'reset half way through the request') {
      if (Number(incoming.headers['content-length'] ?? 0) > 0) await once(incoming, 'data');
      incoming.socket.destroy();
      return;
    }
    const body = await buffer(incoming);
    await pause(this.delayMilliseconds());
    if (fault?.kind === 'slow beyond the timeout') await pause(this.slowMilliseconds);
    if (incoming.socket.destroyed) return;
    const refusal = fault && refusals[fault.kind]?.(call);
    if (refusal !== undefined) {
      const headers: Answer['headers'] = [['content-type', 'application/xml']];
      const text = call.operation === 'head' ? '' : `<Error><Code>${refusal.code}</Code></Error>`;
      send(answer, { status: refusal.status, headers, body: Buffer.from(text) });
      return;
    }
    if (fault?.kind === 'altered byte in the request') body[body.length >> 1]! ^= 1;
    if (fault?.kind === 'delivered twice') await this.forward(incoming, body);
    const original = await this.forward(incoming, body);
    call.answeredBytes = original.body.length;
    call.status = original.status;
    const spoil = fault && answerFaults[fault.kind];
    if (spoil === undefined) send(answer, original);
    else await spoil(incoming.socket, encode(original, call.operation === 'head'));
  }

  private register(incoming: IncomingMessage): HttpCall {
    const id = String(incoming.headers['amz-sdk-invocation-id']);
    const known = this.invocations.get(id);
    if (known !== undefined) return known;
    const described = describeCall(incoming);
    const occurrence = this.calls.filter((earlier) =>
      isSameCall(earlier, { ...described, occurrence: earlier.occurrence }),
    ).length;
    const call: HttpCall = { ...described, occurrence };
    this.invocations.set(id, call);
    this.calls.push(call);
    return call;
  }

  private faultOf({ headers }: IncomingMessage, call: HttpCall): HttpFault | undefined {
    if (this.planned === undefined || !isSameCall(this.planned.call, call)) return undefined;
    const attempt = Number(/attempt=(\d+)/.exec(String(headers['amz-sdk-request']))?.[1] ?? 1);
    if (!this.planned.fault.isEveryAttempt && attempt > 1) return undefined;
    this.hasFaultOccurred = true;
    return this.planned.fault;
  }

  private async forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    const outgoing = request(new URL(url!, this.upstream), { method, headers, agent: this.agent });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const answerBody = await buffer(incoming);
    const { rawHeaders } = incoming;
    const pairs = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [[name, rawHeaders[index + 1]!] as [string, string]] : [],
    );
    return { status: incoming.statusCode!, headers: pairs, body: answerBody };
  }
}

const ownHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding']);

function send(answer: ServerResponse, { status, headers, body }: Answer): void {
  for (const [name, value] of headers) if (!ownHeaders.has(name.toLowerCase())) answer.setHeader(name, value);
  answer.writeHead(status);
  answer.end(body);
}

/** The bytes of a response; for HEAD without the body, but with its length. */
function encode({ status, headers, body }: Answer, isHead: boolean): { head: string; body: Buffer } {
  const kept = headers.filter(([name]) => !ownHeaders.has(name.toLowerCase()));
  if (!kept.some(([name]) => name.toLowerCase() === 'content-length'))
    kept.push(['Content-Length', String(body.length)]);
  const lines = kept.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return { head: `HTTP/1.1 ${status} Status\r\n${lines}\r\n`, body: isHead ? Buffer.alloc(0) : body };
}
