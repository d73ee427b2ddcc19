import { z } from 'zod';
import { computeSchema } from './compute';
import { runIdSchema } from './run-config';

/** Shorter than a run id by what the ids of its runs add: `-12345` or `-winner-12345`. */
export const sweepIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
    'a sweep id is 1 to 64 characters: letters, digits, "-" and "_", starting with a letter or digit',
  );

export const maxTrials = 10_000;
const trialNumberSchema = z.int().min(1).max(maxTrials);

/** The run of trial `trial`, which counts from 1. */
export const trialRunId = (sweepId: string, trial: number) => `${sweepId}-${trial}`;
/** The sweep whose trial a run is by its id, if there is such a sweep. */
export const sweepOfTrial = (runId: string): string | undefined => /^(.+)-\d+$/.exec(runId)?.[1];

/** The run that takes over the best trial, meets the test set and is registered. */
export const winnerRunId = (sweepId: string) => `${sweepId}-winner`;

/** The same for a sweep that was extended and has another winner since: the run of the first one stays. */
export const laterWinnerRunId = (sweepId: string, trial: number) => `${winnerRunId(sweepId)}-${trial}`;

const plainValueSchema = z.union([z.string().max(1000), z.number(), z.boolean()]);
const settingValueSchema = z.union(
  [plainValueSchema, z.array(plainValueSchema).max(1000)],
  'a value is text, a number, true, false, or a list of these',
);
/** A value of any setting. Lists are flat, so that no depth of nesting has to be feared. */
export type SettingValue = z.infer<typeof settingValueSchema>;

const settingsSchema = z.record(z.string().max(100), settingValueSchema);

/** The settings of the space in one trial. */
export type Drawn = Readonly<Record<string, SettingValue>>;

const boundsSchema = z.tuple(
  [z.number(), z.number()],
  'the lowest and the highest value are needed: [low, high]',
);

const maxValues = 10_000;
const valuesSchema = z.array(settingValueSchema).min(1, 'at least one value is needed').max(maxValues);

/** What a setting of the space may be: one of `values`, `range`, `logRange` and `integers` says what is drawn from. */
const dimensionSchema = z.strictObject(
  {
    values: valuesSchema.optional(),
    /** Real numbers, both ends included; with `step` those that are a multiple of it above the lowest. */
    range: boundsSchema.optional(),
    /** Real numbers whose logarithm is drawn. */
    logRange: boundsSchema.optional(),
    /** Whole numbers, both ends included. */
    integers: boundsSchema.optional(),
    step: z.number().gt(0).optional(),
    /** Of `integers`: whether the logarithm is drawn. */
    log: z.boolean().optional(),
    /** The trials that have this setting: those where the named setting of the space has one of the values. */
    when: z.record(z.string().max(100), valuesSchema).optional(),
  },
  { error: ({ code }) => (code === 'invalid_type' ? 'a list of values or an object is needed' : undefined) },
);

export type GivenDimension = z.infer<typeof dimensionSchema>;

/** The file that `sweep` is given. */
export const spaceFileSchema = z.strictObject({
  /** Settings of all trials; options of the command override them. */
  settings: settingsSchema.default({}),
  /** What is varied. A list is short for `{ "values": […] }`. */
  space: z.record(
    z.string().max(100),
    z.preprocess((given) => (Array.isArray(given) ? { values: given } : given), dimensionSchema),
  ),
});
export type SpaceFile = z.infer<typeof spaceFileSchema>;

export const samplers = ['grid', 'random', 'sobol', 'tpe'] as const;
export const stoppingRules = ['none', 'median', 'halving'] as const;
/** Both of the validation data. The loss is minimized, the accuracy maximized. */
export const sweepMetrics = ['validation-loss', 'validation-accuracy'] as const;

const metricSchema = z.enum(sweepMetrics);
const stopSchema = z.enum(stoppingRules);

/** Numbers of epochs at which trials pause, the last of them the epochs of a whole training. */
const rungsSchema = z
  .array(z.int().min(1).max(1000))
  .refine((rungs) => rungs.every((rung, index) => index === 0 || rung > rungs[index - 1]!), 'rungs ascend');

/** `sweeps/<id>/sweep.json`: written first, and only if absent. */
export const sweepSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sweepId: sweepIdSchema,
  createdAt: z.iso.datetime(),
  /** As given, the preset not yet expanded. */
  settings: settingsSchema,
  space: z.record(z.string().max(100), dimensionSchema),
  trialCount: trialNumberSchema,
  /** `folds` and `seeds`: one trial for each fold of a cross-validation, or for each seed. */
  sampler: z.enum([...samplers, 'folds', 'seeds']),
  samplerSeed: z.int().min(0).max(0xffff_ffff),
  stop: stopSchema,
  rungs: rungsSchema,
  metric: metricSchema,
  maxParallel: z.int().min(1),
  /** Failed trials that are tolerated. */
  maxFailed: z.int().min(0),
  /** Of all trials and the winner together; 0 sets no limit. */
  maxCostUsd: z.number().min(0),
  /**
   * The limit before it was changed for the first time. Results and failures that were written before they had the limit
   * are of this one. @default - it was not changed
   */
  firstMaxCostUsd: z.number().min(0).optional(),
});
export type Sweep = Readonly<z.infer<typeof sweepSchema>>;

/** Folds and seeds repeat one configuration: nothing is drawn from a space, and nothing is to be chosen. */
export const isRepetition = ({ sampler }: Pick<Sweep, 'sampler'>): boolean =>
  sampler === 'folds' || sampler === 'seeds';

/** `sweeps/<id>/trials/<k>.json`: written before the run of the trial begins, and only if absent. */
export const sweepTrialSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sweepId: sweepIdSchema,
  trial: trialNumberSchema,
  drawn: settingsSchema,
});

/** `sweeps/<id>/owner.json`: the process that runs the sweep. */
export const sweepOwnerSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sweepId: sweepIdSchema,
  /** As `newOwnedName` makes it; `null` while none does. */
  owner: z.string().nullable(),
});

/**
 * `sweeps/<id>/executions.json`, only in AWS: written before each start of an execution. Step Functions cannot be asked
 * how many there were, because it forgets each 90 days after its end.
 */
export const sweepExecutionsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sweepId: sweepIdSchema,
  /** The number in the name of the latest one. */
  count: z.int().min(1),
});

/** `sweeps/<id>/prices.json`, only in AWS: the machines that train the trials, and their list prices. They stay. */
export const sweepPricesSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sweepId: sweepIdSchema,
  compute: computeSchema,
  /** US dollars for the start and end of a machine. */
  machineStartUsd: z.number().min(0),
  /** US dollars. */
  trainingSecondUsd: z.number().min(0),
});
export type SweepPrices = z.infer<typeof sweepPricesSchema>;

const trialErrorSchema = z.strictObject({ name: z.string(), message: z.string() });

/** `sweeps/<id>/failures/<k>.json`: a trial that fails again however often it is repeated, or until the limit is raised. */
export const sweepFailureSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sweepId: sweepIdSchema,
  trial: trialNumberSchema,
  ...trialErrorSchema.shape,
  /** Of the sweep, where the trial exceeded its share of it. With a higher one the trial goes on. Older files lack it. */
  maxCostUsd: z.number().gt(0).optional(),
  failedAt: z.iso.datetime(),
});

const trialResultSchema = z.strictObject({
  trial: trialNumberSchema,
  runId: runIdSchema,
  drawn: settingsSchema,
  status: z.enum(['finished', 'stopped', 'failed']),
  epochs: z.int().min(0),
  /** The metric of the epoch whose weights the trial has; `null` for one that has none. */
  value: z.number().nullable(),
  seconds: z.number().min(0),
  costUsd: z.number().min(0),
  error: trialErrorSchema.optional(),
});

/** `sweeps/<id>/results.json`: written last. */
export const sweepResultsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sweepId: sweepIdSchema,
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  metric: metricSchema,
  stop: stopSchema,
  rungs: rungsSchema,
  /** Of the sweep when it ended. A sweep that was extended since has more. */
  trialCount: trialNumberSchema,
  /** Of the sweep when it ended, too. A sweep that goes on after its limit was reached has a higher one. Older files lack it. */
  maxCostUsd: z.number().min(0).optional(),
  /** Those that were drawn: fewer where the cost limit was reached. */
  trials: z.array(trialResultSchema),
  winner: z
    .strictObject({
      trial: trialNumberSchema,
      /** Of the trial. */
      runId: runIdSchema,
      winnerRunId: runIdSchema,
      testAccuracy: z.number().min(0).max(1),
      testLoss: z.number(),
      /** Of its own run beside the trial, and of the runs of earlier winners: US dollars; 0 on this machine. */
      costUsd: z.number().min(0).default(0),
    })
    .nullable(),
  /** Of the values of all folds or seeds. */
  summary: z
    .strictObject({
      mean: z.number(),
      standardDeviation: z.number().min(0),
      interval: z.tuple([z.number(), z.number()]),
    })
    .nullable(),
});
export type SweepResults = z.infer<typeof sweepResultsSchema>;
