import fc from 'fast-check';

/** Sizes for which a careless reader allocates memory, or reads out of bounds. */
const extremes = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

type Edit = (bytes: Buffer) => Buffer;

const at = (bytes: Buffer, fraction: number) => Math.min(bytes.length, Math.floor(fraction * bytes.length));

/** The header at the beginning of a file is altered as often as the rest. */
const fraction = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 0.02, noNaN: true }),
);

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fraction, fc.integer({ min: 1, max: 255 })).map<Edit>(([where, bits]) => (bytes) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[Math.min(copy.length - 1, at(copy, where))]! ^= bits;
    return copy;
  }),
  fraction.map<Edit>((where) => (bytes) => bytes.subarray(0, at(bytes, where))),
  fc.tuple(fraction, fc.uint8Array({ minLength: 1, maxLength: 40 })).map<Edit>(
    ([where, added]) =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at(bytes, where)), added, bytes.subarray(at(bytes, where))]),
  ),
  fc.tuple(fraction, fraction).map<Edit>(
    ([from, to]) =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at(bytes, from)), bytes.subarray(at(bytes, to))]),
  ),
  fc
    .tuple(fraction, fc.constantFrom(...extremes), fc.boolean())
    .map<Edit>(([where, value, isBigEndian]) => (bytes) => {
      const copy = Buffer.from(bytes);
      const start = at(copy, where);
      if (start + 4 > copy.length) return copy;
      if (isBigEndian) copy.writeUInt32BE(value, start);
      else copy.writeUInt32LE(value, start);
      return copy;
    }),
);

const hostileNames = ['__proto__', 'constructor', 'prototype', 'toString', '../../../etc/passwd', '<script>'];
const hostileValues = [
  '{"__proto__":{"polluted":true}}',
  '1e999',
  '-1',
  '1e15',
  'null',
  '[[[[]]]]',
  '"../x"',
  '{}',
];

/** For a file that is or contains JSON: changes a name or a value. */
const textEdits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom(...hostileNames)).map<Edit>(
    ([which, name]) =>
      (bytes) =>
        replaceNth(bytes, /"[^"\n]*"/g, which, JSON.stringify(name)),
  ),
  fc.tuple(fc.nat(), fc.constantFrom(...hostileValues)).map<Edit>(
    ([which, value]) =>
      (bytes) =>
        replaceNth(bytes, /-?\d+(\.\d+)?|\{\}|\[\]|"[^"\n]*"(?!\s*:)/g, which, value),
  ),
);

function replaceNth(bytes: Buffer, pattern: RegExp, which: number, replacement: string): Buffer {
  const text = bytes.toString('latin1');
  const matches = [...text.matchAll(pattern)];
  const match = matches[which % Math.max(1, matches.length)];
  if (match === undefined) return bytes;
  return Buffer.from(
    text.slice(0, match.index) + replacement + text.slice(match.index + match[0].length),
    'latin1',
  );
}

/** Any bytes, or one of `valid` with up to four errors. */
export function hostileVersionsOf(
  valid: readonly Uint8Array[],
  { isText = false }: { readonly isText?: boolean } = {},
): fc.Arbitrary<Uint8Array> {
  const edit = isText ? fc.oneof(edits, textEdits, textEdits) : edits;
  const mutated = fc
    .tuple(fc.constantFrom(...valid), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(
      ([bytes, each]) =>
        new Uint8Array(each.reduce<Buffer>((edited, apply) => apply(edited), Buffer.from(bytes))),
    );
  return fc.oneof(
    { weight: 9, arbitrary: mutated },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  );
}
