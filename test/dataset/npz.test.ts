import * as fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import { decodeNpz, encodeNpz } from '../../lib/dataset/npz';

const shapes = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 });
const sizeOf = (shape: number[]) => shape.reduce((product, size) => product * size, 1);
const exactly = (length: number) => ({ minLength: length, maxLength: length });
const floats = shapes.chain((shape) =>
  fc.record({
    dtype: fc.constant('float32' as const),
    shape: fc.constant(shape),
    data: fc.float32Array(exactly(sizeOf(shape))),
  }),
);
const bytes = shapes.chain((shape) =>
  fc.record({
    dtype: fc.constant('uint8' as const),
    shape: fc.constant(shape),
    data: fc.uint8Array(exactly(sizeOf(shape))),
  }),
);

test('what was encoded is decoded, NaN and negative zero included', async () => {
  await fc.assert(
    fc.asyncProperty(floats, bytes, async (x, y) => {
      expect(await decodeNpz(await encodeNpz({ x, y }), 'file', 2 ** 20)).toEqual({ x, y });
    }),
  );
});

const small = {
  x: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(0.5, 1) },
  y: { dtype: 'uint8', shape: [1], data: Uint8Array.of(7) },
} as const;

test('a member has the layout of numpy.lib.format 1.0', async () => {
  const { 'x.npy': x, 'y.npy': y } = unzipSync(await encodeNpz(small));
  const npy = Buffer.from(x!);
  expect(npy.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
  expect((10 + npy.readUInt16LE(8)) % 64).toBe(0);
  expect(npy.subarray(10, 128).toString('latin1')).toMatch(
    /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(1, 2\), \} +\n$/,
  );
  expect([npy.readFloatLE(128), npy.readFloatLE(132), npy.length]).toEqual([0.5, 1, 136]);
  expect(Buffer.from(y!).toString('latin1')).toContain("'shape': (1,), }");
});

test('the bytes do not depend on the time: every member has the time 1980-01-01 00:00, the lowest of zip', async () => {
  const localHeader = Buffer.from(await encodeNpz(small));
  expect([localHeader.readUInt16LE(10), localHeader.readUInt16LE(12)]).toEqual([0, (1 << 5) | 1]);
});

const npyOf = (description: string, ...values: number[]) => {
  const header = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(description.length, 0)}`, 'latin1');
  return Buffer.concat([header, Buffer.from(description, 'latin1'), Buffer.from(values)]);
};

test.each<[string, Uint8Array, RegExp]>([
  [
    'text',
    Buffer.from('hello'),
    /shard\.npz is not an \.npz file of this pipeline: .*Delete it and run again/,
  ],
  ['a zip of something else', zipSync({ 'x.npy': Buffer.from('hello, world') }), /not an \.npy file/],
  [
    'float64',
    zipSync({ 'x.npy': npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n", 0) }),
    /an array is described as .*<f8/,
  ],
  [
    'column-major order',
    zipSync({ 'x.npy': npyOf("{'descr': '|u1', 'fortran_order': True, 'shape': (1,), }\n", 0) }),
    /an array is described as .*True/,
  ],
  [
    'fewer values than announced',
    zipSync({ 'x.npy': npyOf("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n", 0) }),
    /an array of shape \(2\) has 1 bytes instead of 2/,
  ],
])('%s is refused', async (_, file, message) => {
  await expect(decodeNpz(file, 'shard.npz', 2 ** 20)).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringMatching(message),
  });
});
