/**
 * What a user sees of a failed execution: the failure state in which it ends, whose name is also the title of the
 * runbook's section, and what to do. Several steps may share one failure.
 */
export const failures = {
  preprocess: {
    state: 'Preprocessing failed',
    remedy: 'Fix the dataset or the input, and start a new execution.',
  },
  train: {
    state: 'Training failed',
    remedy: 'Change the setting that the reason names, and start a new execution; the shards are reused.',
  },
  evaluate: {
    state: 'Evaluation failed',
    remedy: 'Start a new execution; the shards are reused.',
  },
  gate: {
    state: 'The model is below the threshold',
    remedy: 'Look at report.html of the run; train longer, or lower minAccuracy.',
  },
  register: {
    state: 'Registration failed',
    remedy: 'The run itself is complete: fix what the reason names, and start a new execution.',
  },
} as const;
export type FailureName = keyof typeof failures;
