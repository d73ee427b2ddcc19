import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { sfnError, stateMachineArn, sweepStateMachineArn, type useMockedCloud } from './mocked-cloud';

type Facts = Partial<
  Pick<
    DescribeExecutionCommandOutput,
    'status' | 'input' | 'error' | 'cause' | 'redriveCount' | 'redriveStatus' | 'stopDate'
  >
>;

const arnOf = (machine: string, name: string) =>
  `${machine.replace(':stateMachine:', ':execution:')}:${name}`;

/**
 * Answers for both state machines as Step Functions documents them: names that are used once, the same answer for the same
 * name and input while an execution runs, the latest executions first, two on a page.
 */
export class MockedExecutions {
  /** In the order of their starts. */
  readonly #executions = new Map<string, Facts & { readonly machine: string; readonly name: string }>();
  readonly started: { readonly machine: string; readonly name: string; readonly input: unknown }[] = [];
  readonly stopped: string[] = [];
  readonly redriven: string[] = [];
  /** What a new execution does. @default it runs */
  onStart: (name: string) => Facts | Promise<Facts> = () => ({});

  constructor(private readonly sfn: ReturnType<typeof useMockedCloud>['sfn']) {}

  /** Call it before each test. */
  answer(): void {
    const { sfn } = this;
    this.#executions.clear();
    this.started.length = this.stopped.length = this.redriven.length = 0;
    this.onStart = () => ({});
    const find = (arn: string | undefined) => {
      const found = this.#executions.get(arn!);
      if (found === undefined) throw sfnError('ExecutionDoesNotExist');
      return found;
    };
    sfn
      .on(DescribeExecutionCommand)
      .callsFake(({ executionArn }) => ({ executionArn, ...find(executionArn) }));
    sfn.on(StartExecutionCommand).callsFake(async ({ stateMachineArn: machine, name, input }) => {
      const executionArn = arnOf(machine, name);
      const existing = this.#executions.get(executionArn);
      if (existing === undefined) {
        this.put(name, { input }, machine);
        this.started.push({ machine, name, input: JSON.parse(input) });
        this.put(name, { input, ...(await this.onStart(name)) }, machine);
      } else if (existing.status !== 'RUNNING' || existing.input !== input)
        throw sfnError('ExecutionAlreadyExists');
      return { executionArn };
    });
    sfn.on(StopExecutionCommand).callsFake(({ executionArn }) => {
      this.stopped.push(find(executionArn).name);
      return {};
    });
    sfn.on(RedriveExecutionCommand).callsFake(({ executionArn }) => {
      const { machine, name, ...facts } = find(executionArn);
      this.redriven.push(name);
      this.put(name, { ...facts, status: 'SUCCEEDED', redriveCount: 1 }, machine);
      return {};
    });
    sfn.on(ListExecutionsCommand).callsFake(({ stateMachineArn: machine, statusFilter, nextToken = '0' }) => {
      const all = [...this.#executions.values()]
        .filter((each) => each.machine === machine && (statusFilter ?? each.status) === each.status)
        .reverse();
      const end = Number(nextToken) + 2;
      return {
        executions: all.slice(Number(nextToken), end).map(({ name }) => ({ name, startDate: new Date() })),
        ...(end < all.length && { nextToken: String(end) }),
      };
    });
  }

  put(name: string, facts: Facts, machine = sweepStateMachineArn): void {
    this.#executions.set(arnOf(machine, name), { status: 'RUNNING', ...facts, machine, name });
  }

  /** What Step Functions does 90 days after the end of an execution. */
  forget(name: string, machine = sweepStateMachineArn): void {
    this.#executions.delete(arnOf(machine, name));
  }

  putRun(name: string, facts: Facts): void {
    this.put(name, facts, stateMachineArn);
  }
}
