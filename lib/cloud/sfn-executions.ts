import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeStateMachineCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { connectionSettings } from '../store/aws-connection';
import type { Execution, Executions, WorkflowEvent } from './executions';
import type { StackLocation } from './find-stack';
import { asWorkflowFailure } from './sfn-failures';

/** The maximum of GetExecutionHistory. */
const historyPageSize = 1_000;

/** Executions by the Step Functions API. */
export class SfnExecutions implements Executions {
  constructor(
    private readonly client: SFNClient,
    private readonly stack: StackLocation,
  ) {}

  async start(runId: string, input: object): Promise<string> {
    return this.ask(`start the run "${runId}"`, 'states:StartExecution', runId, async () => {
      const answer = await this.client.send(
        new StartExecutionCommand({
          stateMachineArn: this.stack.stateMachineArn,
          name: runId,
          input: JSON.stringify(input),
        }),
      );
      return answer.executionArn ?? this.arnOf(runId);
    });
  }

  async describe(runId: string): Promise<Execution> {
    return this.ask(`look at the run "${runId}"`, 'states:DescribeExecution', runId, async () =>
      toExecution(
        runId,
        await this.client.send(new DescribeExecutionCommand({ executionArn: this.arnOf(runId) })),
      ),
    );
  }

  /** Reads the newest events first, up to a known one, so that a poll is one request however long the history is. */
  async eventsAfter(runId: string, eventId: number): Promise<readonly WorkflowEvent[]> {
    const action = `read the history of the run "${runId}"`;
    return this.ask(action, 'states:GetExecutionHistory', runId, async () => {
      const events: WorkflowEvent[] = [];
      const pages = paginateGetExecutionHistory(
        { client: this.client, pageSize: historyPageSize },
        { executionArn: this.arnOf(runId), reverseOrder: true },
      );
      for await (const page of pages) {
        const unknown = (page.events ?? []).map(toWorkflowEvent).filter(({ id }) => id > eventId);
        events.push(...unknown);
        if (unknown.length < (page.events ?? []).length) break;
      }
      return events.reverse();
    });
  }

  async stop(runId: string): Promise<void> {
    await this.ask(`stop the run "${runId}"`, 'states:StopExecution', runId, () =>
      this.client.send(
        new StopExecutionCommand({
          executionArn: this.arnOf(runId),
          error: 'Stopped',
          cause: 'mnist-pipeline stop',
        }),
      ),
    );
  }

  async redrive(runId: string): Promise<void> {
    await this.ask(`redrive the run "${runId}"`, 'states:RedriveExecution', runId, () =>
      this.client.send(new RedriveExecutionCommand({ executionArn: this.arnOf(runId) })),
    );
  }

  async check(): Promise<void> {
    await this.ask('look at the state machine', 'states:DescribeStateMachine', undefined, () =>
      this.client.send(new DescribeStateMachineCommand({ stateMachineArn: this.stack.stateMachineArn })),
    );
  }

  private arnOf(runId: string): string {
    return `${this.stack.stateMachineArn.replace(':stateMachine:', ':execution:')}:${runId}`;
  }

  private async ask<Answer>(
    action: string,
    permission: string,
    runId: string | undefined,
    request: () => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await request();
    } catch (error) {
      throw asWorkflowFailure(error, { action, permission, runId, stack: this.stack });
    }
  }
}

/** Credentials, endpoint and proxy from the environment and the profile, the region from the stack. */
export function createExecutions(stack: StackLocation): SfnExecutions {
  return new SfnExecutions(createClient(stack.region), stack);
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

function toExecution(runId: string, answer: DescribeExecutionCommandOutput): Execution {
  const { status = 'RUNNING' } = answer;
  return {
    runId,
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
