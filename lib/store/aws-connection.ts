import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { findProxyAgent } from './proxy-agent';

/** When a request is given up. */
export interface ConnectionLimits {
  /** For the connection to stand. */
  readonly connectMilliseconds: number;
  /** Without a byte in either direction, in the answer's body as well. */
  readonly idleMilliseconds: number;
}

/**
 * How a client of AWS reaches its service: directly, or through the proxy that HTTPS_PROXY names. The requests that
 * credentials take (of single sign-on, of a role) go the same way; left to itself, the SDK sends some of them directly.
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-proxies.html
 */
export function connectionSettings({ connectMilliseconds, idleMilliseconds }: ConnectionLimits) {
  const timeouts = { connectionTimeout: connectMilliseconds, socketTimeout: idleMilliseconds };
  const agent = findProxyAgent();
  if (agent === undefined) return { requestHandler: timeouts };
  const requestHandler = { ...timeouts, httpAgent: agent, httpsAgent: agent };
  return { requestHandler, credentials: defaultProvider({ clientConfig: { requestHandler } }) };
}
