export interface AccountRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const query = (version: string, action: string, more = ''): AccountRequest => ({
  method: 'POST',
  path: '/',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: `Action=${action}&Version=${version}${more}`,
});
export const target = (operation: string, protocol = '1.1', body = '{}'): AccountRequest => ({
  method: 'POST',
  path: '/',
  headers: { 'content-type': `application/x-amz-json-${protocol}`, 'x-amz-target': operation },
  body,
});
export const rest = (path: string, body: object = {}): AccountRequest => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/**
 * Sends a request over HTTP. Clients for two dozen services are not worth a dependency.
 *
 * @param service - the name of the service in a signature.
 */
export async function askService(
  service: string,
  request: AccountRequest,
  endpoint = process.env['AWS_ENDPOINT_URL']!,
): Promise<string> {
  const { method, path, headers, body } = request;
  const answer = await fetch(`${endpoint}${path}`, {
    method,
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${service} responded with ${answer.status} to ${body ?? path}: ${text}`);
  return text;
}
