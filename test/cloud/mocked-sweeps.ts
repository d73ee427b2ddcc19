import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import { useMockedCloud } from './mocked-cloud';
import { MockedExecutions } from './mocked-executions';

/** A space file, and the command `sweep --cloud` on a mocked cloud, which a test begins without executions. */
export function useMockedSweeps(folder: string) {
  const { bucket, store, sfn } = useMockedCloud(folder);
  const executions = new MockedExecutions(sfn);
  const spaceFile = join(folder, 'space.json');
  const space = { dropout: { range: [0, 0.5] } };

  beforeEach(() => {
    executions.answer();
    writeFileSync(spaceFile, JSON.stringify({ settings: { validationFraction: 0.1, epochs: 2 }, space }));
  });

  const sweep = (...args: string[]) => runCommand(['sweep', '--cloud', ...args]);
  const start = (...args: string[]) => sweep(spaceFile, '--trials', '2', '--sweep-id', 'friday', ...args);
  const startedNames = () => executions.started.map(({ name }) => name);
  return { bucket, store, executions, spaceFile, sweep, start, startedNames };
}
