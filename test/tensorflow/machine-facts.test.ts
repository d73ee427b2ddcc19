import { environmentSchema } from '../../lib/contracts/results';
import { describeMachine } from '../../lib/tensorflow/machine-facts';

test('fits the schema, and has the version of this Node.js', () => {
  const facts = describeMachine();
  const parts = environmentSchema.pick({ nodeVersion: true, platform: true, cpuModel: true, cpuCount: true });
  expect(parts.parse(facts)).toEqual(facts);
  expect(facts.nodeVersion).toBe(process.versions.node);
  expect(facts.platform).toBe(`${process.platform}-${process.arch}`);
  expect(facts.cpuModel).not.toBe('');
});
