import { encodeModel, encodeNode, encodeTensor, encodeValueInfo } from '../../lib/export/onnx-messages';
import { bytes } from '../support/written-bytes';

test('a node is its inputs, its output, its name, its operator and its attributes', () => {
  expect(Buffer.from(encodeNode('Relu', ['x'], 'y', { axis: { int: -1 } }))).toEqual(
    bytes(
      '0a 25', // GraphProto.node, 37 bytes
      '0a 01',
      "'x'",
      '12 01',
      "'y'",
      '1a 01',
      "'y'",
      '22 04',
      "'Relu'",
      '2a 14', // attribute, 20 bytes
      '0a 04',
      "'axis'",
      '18 ff ff ff ff ff ff ff ff ff 01', // i = -1 in two's complement
      'a0 01 02', // type = INT
    ),
  );
});

test.each([
  [{ float: 1 }, '15 00 00 80 3f a0 01 01'],
  [{ text: 'ok' }, '22 02 6f 6b a0 01 03'],
  [{ ints: [1, 300] }, '40 01 40 ac 02 a0 01 07'],
])('the attribute %j is encoded with its own field and type', (attribute, expected) => {
  const encoded = Buffer.from(encodeNode('F', [], 'y', { a: attribute })).toString('hex');
  expect(encoded).toContain(bytes('0a 01', "'a'", expected).toString('hex'));
});

test('a tensor has its dimensions, its type, its name and its little-endian values', () => {
  expect(Buffer.from(encodeTensor('k', [1, 2], Float32Array.from([1, -2])))).toEqual(
    bytes('2a 13', '08 01', '08 02', '10 01', '42 01', "'k'", '4a 08', '00 00 80 3f 00 00 00 c0'),
  );
  expect(Buffer.from(encodeTensor('s', [1], BigInt64Array.from([-1n])))).toEqual(
    bytes('2a 11', '08 01', '10 07', '42 01', "'s'", '4a 08', 'ff ff ff ff ff ff ff ff'),
  );
});

test('the batch of an input is a name, its other dimensions are numbers', () => {
  expect(Buffer.from(encodeValueInfo('input', 'x', [28]))).toEqual(
    bytes(
      '5a 18',
      '0a 01',
      "'x'",
      '12 13',
      '0a 11',
      '08 01',
      '12 0d',
      '0a 07 12 05',
      "'batch'",
      '0a 02 08 1c',
    ),
  );
});

test('a model has its versions, the default operators, a description and metadata', () => {
  const version = { irVersion: 8, opset: 17, producer: 'p', description: 'd', metadata: { k: 'v' } };
  expect(Buffer.from(encodeModel('g', [], version))).toEqual(
    bytes(
      ...['08 08', '12 01', "'p'", '32 01', "'d'", '3a 03', '12 01', "'g'", '42 04', '0a 00', '10 11'],
      ...['72 06', '0a 01', "'k'", '12 01', "'v'"],
    ),
  );
});
