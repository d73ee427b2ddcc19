/** One execution of a state machine. */
export interface Execution {
  /** Used once in 90 days. */
  readonly name: string;
  /** Of the run or the sweep: what the input of the execution says, or else its name. */
  readonly id: string;
  readonly arn: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly startedAt: Date | undefined;
  readonly stoppedAt: Date | undefined;
  /** The name of the error that ended it. */
  readonly error: string | undefined;
  /** JSON of an `ExecutionFailure` if the workflow decided to fail; otherwise the service's own text. */
  readonly cause: string | undefined;
  /** Whether a redrive can resume it at the step where it ended. */
  readonly isRedrivable: boolean;
  readonly redriveCount: number;
}

/** An event of the execution history. Step Functions puts these values into one of many detail fields. */
export interface WorkflowEvent {
  /** Ascends from 1, across redrives. */
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

/** The executions of one state machine, by their names. Every method but `start` and `list` throws `ArtifactNotFound` for an unknown one. */
export interface Executions {
  /**
   * Starts an execution. For the same name and input, returns the one that is already running.
   *
   * @param input - of a run the given settings; `{}` for the default configuration.
   * @returns its ARN.
   * @throws PermanentError RunExists when the name is taken.
   */
  start(name: string, input: object): Promise<string>;
  describe(name: string): Promise<Execution>;
  /**
   * What Step Functions remembers, the latest start first. It may not know what started or ended in the last seconds.
   *
   * @param status - of those that are listed. @default all
   */
  list(status?: Execution['status']): AsyncIterable<Pick<Execution, 'name' | 'startedAt'>>;
  /** Events with a higher id, in ascending order. */
  eventsAfter(name: string, eventId: number): Promise<readonly WorkflowEvent[]>;
  stop(name: string): Promise<void>;
  /** Resumes a failed, stopped or timed-out execution at the step where it ended. */
  redrive(name: string): Promise<void>;
  /** Requests the state machine itself: throws what `start` throws for missing credentials or a missing stack. */
  check(): Promise<void>;
}
