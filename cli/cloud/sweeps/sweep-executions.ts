import type { Execution, Executions } from '../../../lib/cloud/executions';
import { absentAsUndefined, PermanentError } from '../../../lib/contracts/errors';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { sweepExecutionsSchema } from '../../../lib/contracts/sweep';
import { getJsonIfPresent, putJson } from '../../../lib/store/json-objects';
import type { DeployedPipeline } from '../open-deployed-pipeline';

type SweepCloud = Pick<DeployedPipeline, 'sweeps' | 'stack' | 'store'>;

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
  /** `undefined` for a sweep that was never started in AWS, or whose executions ended more than 90 days ago. */
  readonly latest: Execution | undefined;
  /** The number of the next execution, in whose name none was. */
  readonly next: number;
}

/**
 * Finds the executions of a sweep by their names, which this command gives them. From the number of those that were
 * started, because Step Functions forgets the earlier ones first, while a later one may run.
 */
export async function findSweepExecutions(sweepId: string, cloud: SweepCloud): Promise<SweepExecutions> {
  const sweeps = requireSweeps(cloud);
  const describe = (count: number) => absentAsUndefined(sweeps.describe(nameExecution(sweepId, count)));
  const started = await countStarted(sweepId, cloud);
  let latest: Execution | undefined;
  let next = started + 1;
  // Those that were started by hand, or whose name is the id of another sweep.
  for (let execution = await describe(next); execution !== undefined; execution = await describe(next)) {
    if (execution.id === sweepId) latest = execution;
    next += 1;
  }
  for (let count = started; count > 0 && latest === undefined; count -= 1) {
    const execution = await describe(count);
    if (execution?.id === sweepId) latest = execution;
  }
  return { latest, next };
}

/**
 * Starts execution number `count` of a sweep. The number is stored before, so that none is started under a name that
 * `findSweepExecutions` does not ask for.
 *
 * @throws PermanentError RunExists when the name is taken.
 */
export async function startSweepExecution(
  { sweepId, count, input }: { readonly sweepId: string; readonly count: number; readonly input: object },
  cloud: SweepCloud,
): Promise<Pick<Execution, 'name' | 'arn'>> {
  const key = objectKeys.sweepExecutions(sweepId);
  await putJson(cloud.store, key, sweepExecutionsSchema, { schemaVersion: 1, sweepId, count });
  const name = nameExecution(sweepId, count);
  return { name, arn: await requireSweeps(cloud).start(name, input) };
}

/** Of an execution of which Step Functions may know nothing any more: the sweep that it would belong to. */
export async function findSweepByName(name: string, { store }: SweepCloud): Promise<string | undefined> {
  for (const sweepId of new Set([name, name.replace(numberInName, '')]))
    if ((await countStarted(sweepId, { store })) > 0) return sweepId;
  return undefined;
}

/** @returns 0 also for a sweep whose executions were all started by hand. */
async function countStarted(sweepId: string, { store }: Pick<SweepCloud, 'store'>): Promise<number> {
  const key = objectKeys.sweepExecutions(sweepId);
  return (await getJsonIfPresent(store, key, sweepExecutionsSchema))?.count ?? 0;
}

/** Not `<sweep>-2`, which is a trial. A sweep id leaves room for 99,999. */
const nameExecution = (sweepId: string, count: number) =>
  count === 1 ? sweepId : `${sweepId}-execution-${count}`;
const numberInName = /-execution-\d+$/;
