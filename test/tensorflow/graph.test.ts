import { Graph, outputOf } from '../../lib/tensorflow/graph';
import { encodeNode } from '../../lib/tensorflow/graph-messages';
import { bytes } from '../support/written-bytes';

test('a node is its name, its operation, its inputs and its attributes', () => {
  expect(Buffer.from(encodeNode('Relu', 'r', ['x:1', '^y'], { T: { type: 'float32' } }))).toEqual(
    bytes(
      '0a 1b', // GraphDef.node, 27 bytes
      '0a 01',
      "'r'",
      '12 04',
      "'Relu'",
      '1a 03',
      "'x:1'",
      '1a 02',
      "'^y'",
      '2a 07', // attr, 7 bytes
      '0a 01',
      "'T'",
      '12 02',
      '30 01', // type = DT_FLOAT
    ),
  );
});

test.each([
  [{ type: 'uint8' }, '30 04'],
  [{ flag: false }, '28 00'],
  [{ text: 'ok' }, '12 02 6f 6b'],
  [{ shape: [-1, 3] }, '3a 11 12 0b 08 ff ff ff ff ff ff ff ff ff 01 12 02 08 03'],
  [
    { constant: { type: 'int32', shape: [1], values: [-2] } },
    '42 0e 08 03 12 04 12 02 08 01 22 04 fe ff ff ff',
  ],
  [{ constant: { type: 'float32', shape: [], values: [1] } }, '42 0a 08 01 12 00 22 04 00 00 80 3f'],
] as const)('the attribute %j is encoded with its own field', (attribute, expected) => {
  const encoded = Buffer.from(encodeNode('F', 'f', [], { a: attribute })).toString('hex');
  const value = bytes(expected);
  expect(encoded).toContain(
    `${bytes('0a 01', "'a'", '12').toString('hex')}${hexByte(value.length)}${value.toString('hex')}`,
  );
});

const hexByte = (value: number) => value.toString(16).padStart(2, '0');

test('node names are unique, and inputs name outputs and control dependencies', () => {
  const graph = new Graph();
  const first = graph.placeholder('float32', [-1, 2]);
  const second = graph.add('Relu', [outputOf(first, 1)], {}, [first]);
  const third = graph.add('Relu', [second], {});
  expect(new Set([first.name, second.name, third.name]).size).toBe(3);
  const model = Buffer.from(graph.toSavedModel('train')).toString('latin1');
  expect(model).toContain(`${first.name}:1`);
  expect(model).toContain(`^${first.name}`);
  expect(model).toContain('train');
});
