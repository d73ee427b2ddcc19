/** A body that contains its version and shows whether it is complete: `bytes` bytes, all equal to the version (1 to 255). */
export function versionBody(version: number, bytes = 10_000): Uint8Array {
  return new Uint8Array(bytes + version).fill(version);
}

/** The version of a complete body; `undefined` for other bytes. */
export function wholeVersionOf(body: Uint8Array, bytes = 10_000): number | undefined {
  const version = body[0] ?? 0;
  return body.byteLength === bytes + version && body.every((byte) => byte === version) ? version : undefined;
}
