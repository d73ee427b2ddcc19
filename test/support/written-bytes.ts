/** Written as a string of hexadecimal bytes and 'text'. */
export const bytes = (...parts: readonly string[]) =>
  Buffer.concat(
    parts.map((part) =>
      part.startsWith("'") ? Buffer.from(part.slice(1, -1)) : Buffer.from(part.replaceAll(' ', ''), 'hex'),
    ),
  );
