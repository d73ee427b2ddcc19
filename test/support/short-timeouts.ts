import { types } from 'node:util';

/** A busy process may not read its sockets for some 100 ms. */
export const shortTimeouts = { maxAttempts: 2, idleMilliseconds: 500 };

/** For `jest.mock` of lib/store/s3-client: the product's clients with the limits above. */
export function shortenTimeouts() {
  acceptErrorsOfNode();
  const { createS3Client } = jest.requireActual('../../lib/store/s3-client');
  return { createS3Client: (region?: string) => createS3Client(region, shortTimeouts) };
}

/**
 * Jest gives each test file its own globals. The SDK checks if the error of a broken socket is an `Error`, and would
 * lose its code here. Outside of jest there is one `Error`.
 */
function acceptErrorsOfNode(): void {
  const isInstance = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(Error, Symbol.hasInstance, {
    value(this: unknown, value: unknown) {
      return isInstance.call(this, value) || (this === Error && types.isNativeError(value));
    },
  });
}
