/** One execution of the state machine: its name is the run id. */
export interface Execution {
  readonly runId: string;
  readonly arn: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly startedAt: Date | undefined;
  readonly stoppedAt: Date | undefined;
  /** Name of the error that ended it. */
  readonly error: string | undefined;
  /** JSON of an `ExecutionFailure` where the workflow decided to fail; else whatever the service said. */
  readonly cause: string | undefined;
  /** Whether a redrive can take it up at the step where it ended. */
  readonly isRedrivable: boolean;
  readonly redriveCount: number;
}

/** What an event of the execution history says, whichever of its detail fields says it. */
export interface WorkflowEvent {
  /** From 1, ascending, also over redrives. */
  readonly id: number;
  /** Such as `TaskStateEntered`: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html */
  readonly type: string;
  /** The state that was entered or left. */
  readonly state?: string | undefined;
  /** JSON. */
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  /** What a task calls, such as `submitJob.sync`. */
  readonly resource?: string | undefined;
}

/** The executions of one state machine. Every method but `start` throws `ArtifactNotFound` for an unknown run. */
export interface Executions {
  /**
   * Starts an execution; the same name with the same input finds the one that is still running.
   *
   * @param input - the settings that are given; `{}` for the default configuration.
   * @returns its ARN.
   * @throws PermanentError RunExists when the name is taken.
   */
  start(runId: string, input: object): Promise<string>;
  describe(runId: string): Promise<Execution>;
  /** Events with a higher id, in ascending order. */
  eventsAfter(runId: string, eventId: number): Promise<readonly WorkflowEvent[]>;
  stop(runId: string): Promise<void>;
  /** Takes a failed, stopped or timed out execution up at the step where it ended. */
  redrive(runId: string): Promise<void>;
  /** Asks for the state machine itself: throws what `start` would throw for missing credentials or a missing stack. */
  check(): Promise<void>;
}
