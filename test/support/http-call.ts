import type { IncomingMessage } from 'node:http';

/** One call to S3, reconstructed from its requests. */
export interface HttpCall {
  readonly operation: 'put' | 'putConditionally' | 'get' | 'getRange' | 'head' | 'list';
  /** For a list, its prefix. */
  readonly key: string;
  /** Empty for the whole object. */
  readonly range: string;
  /** The number of this call among equal ones: 0 for the first. */
  readonly occurrence: number;
  readonly requestBytes: number;
  /** Of the latest response; 0 before the first. */
  answeredBytes: number;
  status: number;
}

/** With the bucket in the path, as clients with a custom endpoint send it. */
export function describeCall({ method, url, headers }: IncomingMessage): Omit<HttpCall, 'occurrence'> {
  const { pathname, searchParams } = new URL(url!, 'http://s3');
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
  const range = headers.range ?? '';
  const common = {
    key,
    range,
    requestBytes: Number(headers['content-length'] ?? 0),
    answeredBytes: 0,
    status: 0,
  };
  if (method === 'GET' && searchParams.has('list-type')) {
    return { ...common, operation: 'list', key: searchParams.get('prefix') ?? '' };
  }
  if (method === 'GET') return { ...common, operation: range === '' ? 'get' : 'getRange' };
  if (method === 'HEAD') return { ...common, operation: 'head' };
  if (method === 'PUT') {
    const isConditional = 'if-none-match' in headers || 'if-match' in headers;
    return { ...common, operation: isConditional ? 'putConditionally' : 'put' };
  }
  throw new Error(`The store sent ${method} ${url}, which no step is known to send.`);
}

export function isSameCall(left: HttpCall, right: HttpCall): boolean {
  return (['operation', 'key', 'range', 'occurrence'] as const).every(
    (field) => left[field] === right[field],
  );
}
