import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { HttpCall } from './http-call';

const refusalKinds = ['503 SlowDown', '500 InternalError', '403 AccessDenied', '404'] as const;
const answerKinds = [
  'reset half way through the answer',
  'stalled half way through the answer',
  'truncated to a length that looks right',
  'empty, and its length looks right',
  'altered byte in the answer, early',
  'altered byte in the answer, in the middle',
  'altered byte in the answer, late',
  'done, and the answer lost',
  'answered twice',
] as const;
const requestKinds = [
  'reset half way through the request',
  'slow beyond the timeout',
  'altered byte in the request',
  'delivered twice',
] as const;
type Kind = (typeof refusalKinds | typeof answerKinds | typeof requestKinds)[number];

export interface HttpFault {
  readonly kind: Kind;
  /** If false, only at the first attempt, after which the SDK sends the request again. */
  readonly isEveryAttempt: boolean;
}

export const nameOf = ({ kind, isEveryAttempt }: HttpFault) =>
  `${kind}${isEveryAttempt ? ', at every attempt' : ''}`;

/** The possible faults of a call, from what a clean run recorded of it. */
export function httpFaultsOf({ operation, requestBytes, answeredBytes, status }: HttpCall): HttpFault[] {
  const isWrite = operation === 'put' || operation === 'putConditionally';
  const hasAnswerBody = answeredBytes > 0 && operation !== 'head';
  const passing: Kind[] = [
    '503 SlowDown',
    '500 InternalError',
    'slow beyond the timeout',
    'done, and the answer lost',
  ];
  passing.push('reset half way through the answer');
  if (requestBytes > 0) passing.push('reset half way through the request', 'altered byte in the request');
  const lasting: Kind[] = ['403 AccessDenied', '404', 'answered twice'];
  if (isWrite) lasting.push('delivered twice');
  if (hasAnswerBody) lasting.push('stalled half way through the answer');
  // A list has no checksum, so only a broken structure is noticed. The text of an error has no effect.
  if (hasAnswerBody && status < 300) {
    lasting.push('truncated to a length that looks right', 'empty, and its length looks right');
  }
  if (hasAnswerBody && status < 300 && operation !== 'list') {
    lasting.push(...answerKinds.filter((kind) => kind.startsWith('altered')));
  }
  return [
    ...passing.flatMap((kind) => [
      { kind, isEveryAttempt: false },
      { kind, isEveryAttempt: true },
    ]),
    ...lasting.map((kind) => ({ kind, isEveryAttempt: true })),
  ];
}

/** The error that S3 returns instead of executing the request. */
export const refusals: Partial<
  Record<Kind, (call: HttpCall) => { readonly status: number; readonly code: string }>
> = {
  '503 SlowDown': () => ({ status: 503, code: 'SlowDown' }),
  '500 InternalError': () => ({ status: 500, code: 'InternalError' }),
  '403 AccessDenied': () => ({ status: 403, code: 'AccessDenied' }),
  '404': ({ operation }) => ({
    status: 404,
    code: /^(get|head)/.test(operation) ? 'NoSuchKey' : 'NoSuchBucket',
  }),
};

interface WireAnswer {
  readonly head: string;
  readonly body: Buffer;
}
type Spoil = (socket: Socket, answer: WireAnswer) => Promise<void>;

const alter =
  (fraction: number): Spoil =>
  async (socket, { head, body }) => {
    const altered = Buffer.from(body);
    altered[Math.floor(body.length * fraction)]! ^= 1;
    socket.write(Buffer.concat([Buffer.from(head), altered]));
  };

const truncate =
  (fraction: number): Spoil =>
  async (socket, { head, body }) => {
    const kept = body.subarray(0, Math.floor(body.length * fraction));
    const shortened = head.replace(/^content-length: \d+/im, `Content-Length: ${kept.length}`);
    socket.write(Buffer.concat([Buffer.from(shortened), kept]));
  };

/** Faults of a response in transit, after S3 has executed the request. */
export const answerFaults: Partial<Record<Kind, Spoil>> = {
  'reset half way through the answer': async (socket, { head, body }) => {
    // Without a body, the response is cut within its head.
    const whole = body.length === 0 ? Buffer.from(head) : Buffer.concat([Buffer.from(head), body]);
    const sentBytes = body.length === 0 ? head.length >> 1 : head.length + (body.length >> 1);
    socket.write(whole.subarray(0, sentBytes));
    await pause(5);
    socket.resetAndDestroy();
  },
  'stalled half way through the answer': async (socket, { head, body }) => {
    socket.write(Buffer.concat([Buffer.from(head), body.subarray(0, body.length >> 1)]));
    // Until the client disconnects.
    if (!socket.destroyed) await once(socket, 'close');
  },
  'truncated to a length that looks right': truncate(0.5),
  'empty, and its length looks right': truncate(0),
  'altered byte in the answer, early': alter(0.05),
  'altered byte in the answer, in the middle': alter(0.5),
  'altered byte in the answer, late': alter(0.99),
  'done, and the answer lost': async (socket) => {
    socket.resetAndDestroy();
  },
  'answered twice': async (socket, { head, body }) => {
    const whole = Buffer.concat([Buffer.from(head), body]);
    socket.write(Buffer.concat([whole, whole]));
  },
};
