import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { findProxyAgent } from './proxy-agent';

/** Timeouts of a request. */
export interface ConnectionLimits {
  /** Limit for establishing the connection. */
  readonly connectMilliseconds: number;
  /** Limit for a pause without data in either direction, also within the response body. */
  readonly idleMilliseconds: number;
}

/**
 * How a client of AWS reaches its service: directly, or through the proxy that HTTPS_PROXY names. Requests for
 * credentials (single sign-on, roles) use the same proxy; by default the SDK sends some of them directly.
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-proxies.html
 */
export function connectionSettings({ connectMilliseconds, idleMilliseconds }: ConnectionLimits) {
  const timeouts = { connectionTimeout: connectMilliseconds, socketTimeout: idleMilliseconds };
  const agent = findProxyAgent();
  if (agent === undefined) return { requestHandler: timeouts };
  const requestHandler = { ...timeouts, httpAgent: agent, httpsAgent: agent };
  return { requestHandler, credentials: defaultProvider({ clientConfig: { requestHandler } }) };
}
