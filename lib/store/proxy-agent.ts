import { type AgentOptions, type ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';

/** The SDK's defaults. */
const connections: AgentOptions = { keepAlive: true, maxSockets: 50 };
const proxyVariables = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

/** One agent for all clients, so that they share its connections; `undefined` where no proxy is set. */
export function findProxyAgent(): HttpAgent | undefined {
  const isProxySet = proxyVariables.some((name) => process.env[name] || process.env[name.toLowerCase()]);
  if (!isProxySet) return undefined;
  // The outer agent needs these options too, or each request closes its connection.
  shared ??= new EnvironmentProxyAgent(connections);
  return shared;
}

let shared: EnvironmentProxyAgent | undefined;

/**
 * Uses the proxy of HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, unless NO_PROXY lists the host. Loopback addresses are always
 * reached directly, so an emulator on this machine needs no NO_PROXY.
 */
class EnvironmentProxyAgent extends Agent {
  private readonly direct = new HttpAgent(connections);
  private readonly directSecure = new HttpsAgent(connections);
  /** By the proxy's address. */
  private readonly tunnels = new Map<string, HttpAgent>();
  private readonly relays = new Map<string, HttpAgent>();

  override async connect(_request: ClientRequest, options: AgentConnectOpts): Promise<HttpAgent> {
    const { secureEndpoint, port } = options;
    const host = options.host ?? 'localhost';
    const address = `${secureEndpoint ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const proxy = isLoopback(host) ? '' : getProxyForUrl(address);
    if (proxy === '') return secureEndpoint ? this.directSecure : this.direct;
    return secureEndpoint
      ? getOrCreate(this.tunnels, proxy, () => new HttpsProxyAgent(proxy, connections))
      : // On a connection that was used before, http-proxy-agent 9.1 sends the path without the host.
        getOrCreate(this.relays, proxy, () => new HttpProxyAgent(proxy));
  }
}

const isLoopback = (host: string) => /^(localhost|127(\.\d+){3}|::1)$/i.test(host);

function getOrCreate(agents: Map<string, HttpAgent>, proxy: string, create: () => HttpAgent): HttpAgent {
  const agent = agents.get(proxy) ?? create();
  agents.set(proxy, agent);
  return agent;
}
