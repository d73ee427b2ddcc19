import type { Execution, Executions } from '../../../lib/cloud/executions';
import { absentAsUndefined, PermanentError } from '../../../lib/contracts/errors';
import type { DeployedPipeline } from '../open-deployed-pipeline';

/** @throws PermanentError InvalidInput for a stack that has none. */
export function requireSweeps({ sweeps, stack }: Pick<DeployedPipeline, 'sweeps' | 'stack'>): Executions {
  if (sweeps !== undefined) return sweeps;
  throw new PermanentError(
    'InvalidInput',
    `The stack "${stack.name}" has no state machine for sweeps: its output SweepStateMachineArn is missing, because it was deployed before there were sweeps in AWS. Deploy it again with "npm run deploy", or set MNIST_PIPELINE_SWEEP_STATE_MACHINE_ARN.`,
    { evidence: { stack: stack.name } },
  );
}

interface SweepExecutions {
  /** `undefined` for a sweep that was never started in AWS. */
  readonly latest: Execution | undefined;
  /** For the next execution: a name can be used once in 90 days. */
  readonly nextName: string;
}

/** Finds the executions of a sweep by their names, which this command gives them. */
export async function findSweepExecutions(sweepId: string, sweeps: Executions): Promise<SweepExecutions> {
  let latest: Execution | undefined;
  for (let count = 1; ; count += 1) {
    const name = nameExecution(sweepId, count);
    const execution = await absentAsUndefined(sweeps.describe(name));
    if (execution === undefined) return { latest, nextName: name };
    // Of another sweep whose id is this name.
    if (execution.id === sweepId) latest = execution;
  }
}

/** Not `<sweep>-2`, which is a trial. A sweep id leaves room for 99,999. */
const nameExecution = (sweepId: string, count: number) =>
  count === 1 ? sweepId : `${sweepId}-execution-${count}`;
