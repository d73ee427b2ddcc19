import { environmentSchema } from '../../lib/contracts/results';
import { describeMachine, readDriverVersion } from '../../lib/tensorflow/machine-facts';

test('fits the schema, and has the version of this Node.js', () => {
  const facts = describeMachine();
  const parts = environmentSchema.pick({ nodeVersion: true, platform: true, cpuModel: true, cpuCount: true });
  expect(parts.parse(facts)).toEqual(facts);
  expect(facts.nodeVersion).toBe(process.versions.node);
  expect(facts.platform).toBe(`${process.platform}-${process.arch}`);
  expect(facts.cpuModel).not.toBe('');
});

test.each([
  [
    'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version:  12.2.0',
    '535.104.05',
  ],
  // Of an H200.
  [
    'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build  (nixbld@)  \nGCC version:  gcc version 15.3.0 (GCC) ',
    '580.159.04',
  ],
  ['NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86', '570.86'],
  ['another text', undefined],
])('reads the version of the driver from %j', (text, version) => {
  expect(readDriverVersion(text)).toBe(version);
});
