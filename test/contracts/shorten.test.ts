import { z } from 'zod';
import { PermanentError } from '../../lib/contracts/errors';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runCommand } from '../support/command-line';

const long = 'x'.repeat(300_000);

test('a long message keeps its beginning and its end', () => {
  const { message, evidence } = new PermanentError(
    'InvalidInput',
    `The value "${long}" is bad. Give another.`,
    {
      evidence: { value: long, count: 3 },
    },
  );
  expect(message).toMatch(/^The value "xx.*… \(296,0\d\d characters left out\) ….*Give another\.$/);
  expect(message.length).toBeLessThan(4100);
  expect(String(evidence['value']).length).toBeLessThan(4100);
  expect(evidence['count']).toBe(3);
});

test('a message of ordinary length is unchanged', () => {
  const text = 'y'.repeat(4000);
  expect(new PermanentError('InvalidInput', text).message).toBe(text);
});

test('each of several wrong values is shown, shortened', () => {
  const schema = z.strictObject({ first: z.number(), second: z.number() });
  const parse = () => parseOrThrow(schema, { first: long, second: long }, 'The input');
  expect(parse).toThrow(/"first": .*\(received "x+ … .* … x+"\); "second": .*\(received "x+ …/);
});

test.each([
  [['train', '--run-id', long]],
  [['train', '--epochs', long]],
  [['train', '--dataset', `/${long}`]],
  [['train', '--config', long]],
  [['show', long]],
  [['predict', long]],
  [['evaluate', '--model', long]],
  [[long]],
  [['train', `--${long}`]],
])('%# a long argument is shortened in the error', async (args) => {
  const { exitCode, out, err } = await runCommand(args);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  // One line of progress, and the error.
  expect(err.length).toBeLessThan(9000);
});
