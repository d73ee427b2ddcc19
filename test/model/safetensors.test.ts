import fc from 'fast-check';
import { decodeSafetensors, encodeSafetensors } from '../../lib/model/safetensors';

const tensorArbitrary = fc
  .tuple(fc.string({ minLength: 1 }), fc.array(fc.nat(4), { maxLength: 3 }))
  .filter(([name]) => name !== '__metadata__' && name !== '__proto__')
  .chain(([name, shape]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return fc.record({
      name: fc.constant(name),
      shape: fc.constant(shape),
      values: fc.float32Array({ minLength: size, maxLength: size }),
    });
  });

/** The reader drops a key that could reach a prototype. */
const metadataArbitrary = fc.dictionary(
  fc.string().filter((key) => key !== '__proto__'),
  fc.string(),
);

test('written files are read back', () => {
  const tensorsArbitrary = fc.uniqueArray(tensorArbitrary, { selector: ({ name }) => name, maxLength: 4 });
  fc.assert(
    fc.property(tensorsArbitrary, metadataArbitrary, (tensors, metadata) => {
      const bytes = encodeSafetensors({ tensors, metadata });
      const decoded = decodeSafetensors(bytes);
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect([...decoded.tensors].sort(byName)).toEqual([...tensors].sort(byName));
      expect({ ...decoded.metadata }).toEqual({ ...metadata });
    }),
  );
});

test('values begin at a multiple of eight bytes', () => {
  for (const name of ['a', 'ab', 'abc', 'ä', '€uro']) {
    const bytes = encodeSafetensors({
      tensors: [{ name, shape: [1], values: Float32Array.of(1) }],
      metadata: {},
    });
    expect((bytes.length - 4) % 8).toBe(0);
  }
});

const good = encodeSafetensors({
  tensors: [{ name: 'a', shape: [2], values: Float32Array.of(1, 2) }],
  metadata: {},
});
const withHeader = (text: string) => {
  const bytes = new Uint8Array(8 + text.length);
  bytes[0] = text.length;
  bytes.set(Buffer.from(text), 8);
  return bytes;
};

test.each([
  ['too short', good.subarray(0, 5), /5 bytes are too few/],
  ['cut in its header', good.subarray(0, 20), /its header claims \d+ bytes, and the file has 20/],
  ['cut in its values', good.subarray(0, -4), /"a" of 2 values claims the bytes 0 to 8/],
  ['of another type', withHeader('{"a":{"dtype":"I8","shape":[],"data_offsets":[0,1]}}'), /F32/],
  [
    'of a size that does not fit its shape',
    withHeader('{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,4]}}'),
    /9 values/,
  ],
])('a file that is %s is refused', (_, bytes, message) => {
  expect(() => decodeSafetensors(bytes)).toThrow(message);
});
