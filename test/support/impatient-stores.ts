import { types } from 'node:util';

/** A process that works may be kept from its sockets for some 100 ms. */
export const impatience = { maxAttempts: 2, idleMilliseconds: 500 };

/** For `jest.mock` of lib/store/s3-client: the product's own clients with the limits above, wherever a step opens one. */
export function makeImpatient() {
  acceptErrorsOfNode();
  const { createS3Client } = jest.requireActual('../../lib/store/s3-client');
  return { createS3Client: (region?: string) => createS3Client(region, impatience) };
}

/**
 * jest gives a test file globals of its own. The SDK asks of a broken socket's error whether it is an `Error`, and would
 * lose its code; elsewhere there is one `Error`.
 */
function acceptErrorsOfNode(): void {
  const isInstance = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(Error, Symbol.hasInstance, {
    value(this: unknown, value: unknown) {
      return isInstance.call(this, value) || (this === Error && types.isNativeError(value));
    },
  });
}
