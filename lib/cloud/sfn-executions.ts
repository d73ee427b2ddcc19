import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeStateMachineCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  paginateListExecutions,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { startSchema } from '../contracts/events';
import { parseJson } from '../contracts/parse';
import { connectionSettings } from '../store/aws-connection';
import type { Execution, Executions, WorkflowEvent } from './executions';
import type { StackLocation } from './find-stack';
import { asWorkflowFailure, type ExecutionKind } from './sfn-failures';

/** The maximum of GetExecutionHistory and ListExecutions. */
const pageSize = 1_000;

/** One of the two state machines of a stack. */
interface Machine {
  readonly arn: string;
  /** What its executions are of. */
  readonly kind: ExecutionKind;
}

/** Executions by the Step Functions API. */
export class SfnExecutions implements Executions {
  constructor(
    private readonly client: SFNClient,
    private readonly stack: StackLocation,
    private readonly machine: Machine,
  ) {}

  async start(name: string, input: object): Promise<string> {
    return this.ask(`start the ${this.machine.kind} "${name}"`, 'states:StartExecution', name, async () => {
      const answer = await this.client.send(
        new StartExecutionCommand({
          stateMachineArn: this.machine.arn,
          name,
          input: JSON.stringify(input),
        }),
      );
      return answer.executionArn ?? this.arnOf(name);
    });
  }

  async describe(name: string): Promise<Execution> {
    return this.ask(
      `look at the ${this.machine.kind} "${name}"`,
      'states:DescribeExecution',
      name,
      async () =>
        toExecution(
          name,
          await this.client.send(new DescribeExecutionCommand({ executionArn: this.arnOf(name) })),
        ),
    );
  }

  async *list(status?: Execution['status']): AsyncIterable<Pick<Execution, 'name' | 'startedAt'>> {
    const pages = paginateListExecutions(
      { client: this.client, pageSize },
      { stateMachineArn: this.machine.arn, ...(status !== undefined && { statusFilter: status }) },
    )[Symbol.asyncIterator]();
    for (;;) {
      const action = `list the executions of ${this.machine.kind}s`;
      const page = await this.ask(action, 'states:ListExecutions', undefined, () => pages.next());
      if (page.done) return;
      for (const { name, startDate } of page.value.executions ?? [])
        yield { name: name!, startedAt: startDate };
    }
  }

  /** Reads the newest events first, up to a known one, so that a poll is one request however long the history is. */
  async eventsAfter(name: string, eventId: number): Promise<readonly WorkflowEvent[]> {
    const action = `read the history of the ${this.machine.kind} "${name}"`;
    return this.ask(action, 'states:GetExecutionHistory', name, async () => {
      const events: WorkflowEvent[] = [];
      const pages = paginateGetExecutionHistory(
        { client: this.client, pageSize },
        { executionArn: this.arnOf(name), reverseOrder: true },
      );
      for await (const page of pages) {
        const unknown = (page.events ?? []).map(toWorkflowEvent).filter(({ id }) => id > eventId);
        events.push(...unknown);
        if (unknown.length < (page.events ?? []).length) break;
      }
      return events.reverse();
    });
  }

  async stop(name: string): Promise<void> {
    await this.ask(`stop the ${this.machine.kind} "${name}"`, 'states:StopExecution', name, () =>
      this.client.send(
        new StopExecutionCommand({
          executionArn: this.arnOf(name),
          error: 'Stopped',
          cause: 'mnist-pipeline stop',
        }),
      ),
    );
  }

  async redrive(name: string): Promise<void> {
    await this.ask(`redrive the ${this.machine.kind} "${name}"`, 'states:RedriveExecution', name, () =>
      this.client.send(new RedriveExecutionCommand({ executionArn: this.arnOf(name) })),
    );
  }

  async check(): Promise<void> {
    await this.ask('look at the state machine', 'states:DescribeStateMachine', undefined, () =>
      this.client.send(new DescribeStateMachineCommand({ stateMachineArn: this.machine.arn })),
    );
  }

  private arnOf(name: string): string {
    return `${this.machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
  }

  private async ask<Answer>(
    action: string,
    permission: string,
    name: string | undefined,
    request: () => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await request();
    } catch (error) {
      throw asWorkflowFailure(error, {
        action,
        permission,
        name,
        kind: this.machine.kind,
        stack: this.stack,
      });
    }
  }
}

/** Credentials, endpoint and proxy from the environment and the profile, the region from the stack. */
export function createExecutions(stack: StackLocation, machine: Machine): SfnExecutions {
  return new SfnExecutions(createClient(stack.region), stack, machine);
}

/**
 * Looks for credentials where the SDK does, without a request that checks them.
 *
 * @returns the id of the access key, which is not secret; `undefined` if there are none.
 */
export async function findAccessKeyId(): Promise<string | undefined> {
  try {
    return (await createClient(undefined).config.credentials()).accessKeyId;
  } catch {
    return undefined;
  }
}

function createClient(region: string | undefined): SFNClient {
  return new SFNClient({
    ...(region === undefined ? {} : { region }),
    maxAttempts: 5,
    ...connectionSettings({ connectMilliseconds: 10_000, idleMilliseconds: 60_000 }),
  });
}

function toExecution(name: string, answer: DescribeExecutionCommandOutput): Execution {
  const { status = 'RUNNING' } = answer;
  const { runId, sweepId } = startSchema.safeParse(parseJson(answer.input)).data ?? {};
  return {
    name,
    id: runId ?? sweepId ?? name,
    arn: answer.executionArn!,
    status: status === 'PENDING_REDRIVE' ? 'RUNNING' : status,
    startedAt: answer.startDate,
    stoppedAt: answer.stopDate,
    error: answer.error,
    cause: answer.cause,
    // Emulators omit it; the redrive itself then reports whether it is possible.
    isRedrivable: (answer.redriveStatus ?? 'REDRIVABLE') === 'REDRIVABLE',
    redriveCount: answer.redriveCount ?? 0,
  };
}

/** An event has one details field, named after its type. These are the values that the details have in common. */
const detailsSchema = z.object({
  name: z.string().optional(),
  output: z.string().optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
  resource: z.string().optional(),
});

function toWorkflowEvent(event: HistoryEvent): WorkflowEvent {
  const details = Object.entries(event).find(([key]) => key.endsWith('EventDetails'))?.[1];
  const { name: state, ...others } = detailsSchema.parse(details ?? {});
  return { id: event.id!, type: event.type!, state, ...others };
}
