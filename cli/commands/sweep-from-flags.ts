import { z } from 'zod';
import { PermanentError } from '../../lib/contracts/errors';
import { expandPreset } from '../../lib/contracts/given-settings';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runSettingsSchema } from '../../lib/contracts/run-config';
import {
  maxTrials,
  type SpaceFile,
  type Sweep,
  samplers,
  spaceFileSchema,
  stoppingRules,
  sweepIdSchema,
  sweepMetrics,
} from '../../lib/contracts/sweep';
import { createRunId } from '../../lib/pipeline/start-run';
import type { RunnerLimits, SweepPlan } from '../../lib/pipeline/sweep/open-sweep';
import { openStore } from '../../lib/store/open-store';
import { dimensionsOf } from '../../lib/sweep/dimensions';
import { gridSize } from '../../lib/sweep/samplers/grid';
import { checkSpace } from '../../lib/sweep/space';
import { halvingRungs } from '../../lib/sweep/stopping/halving';
import { medianRungs } from '../../lib/sweep/stopping/median';
import { type CloudFlags, refuseCloudFlags } from '../cloud/train-flags';
import { flagOf } from '../flag-values';
import { openStartingPoint } from '../open-starting-point';
import { readJsonFile } from '../read-input-file';
import { type GivenSettings, readGivenSettings } from '../settings';
import type { Terminal } from '../terminal';

export interface SweepFlags extends CloudFlags {
  readonly store: string;
  readonly config?: string;
  readonly sweepId?: string;
  readonly json?: boolean;
}

const seedSchema = z.int().min(0).max(0xffff_ffff);
const countSchema = z.int().min(1).max(maxTrials);

/** The options of `sweep` that are not settings of a run. */
const optionsSchema = z.object({
  trials: countSchema.optional(),
  extend: countSchema.optional(),
  folds: z.int().min(2).max(20).optional(),
  seeds: z.int().min(2).max(maxTrials).optional(),
  sampler: z.enum(samplers).optional(),
  samplerSeed: seedSchema.optional(),
  stop: z.enum(stoppingRules).optional(),
  metric: z.enum(sweepMetrics).optional(),
  maxParallel: z.int().min(1).max(1000).optional(),
  maxFailed: z.int().min(0).max(maxTrials).optional(),
  maxCostUsd: runSettingsSchema.shape.maxCostUsd.unwrap().optional(),
});
type SweepOptions = z.infer<typeof optionsSchema>;

/** Collects what a sweep is of from the flags and the space file, and runs it, or goes on with a stored one. */
export async function sweepFromFlags(
  file: string | undefined,
  settings: GivenSettings,
  flags: SweepFlags,
  terminal: Terminal,
): Promise<void> {
  const options = parseOrThrow(optionsSchema, flags, 'An option of sweep', 'InvalidInput', flagOf);
  const sweepId = parseOrThrow(sweepIdSchema, flags.sweepId ?? createRunId(terminal.now()), 'The sweep id');
  refuseContradictions(file, options, flags);
  if (!flags.cloud) refuseForLocal(options, flags);
  const cloud = flags.cloud ? await openCloud(flags.stack) : undefined;
  const store = cloud?.store ?? (await openStore(flags.store));
  const isPlanned = file !== undefined || options.folds !== undefined || options.seeds !== undefined;
  if (!isPlanned) refuseWithoutSpace(settings, options, flags);
  const given = await readGivenSettings(settings, flags.config);
  const { settings: ofModel, objects } = await openStartingPoint(undefined, given, store, terminal);
  const planned = isPlanned ? await planSweep(file, { ...given, ...ofModel }, options) : undefined;
  const { maxFailed, maxParallel, maxCostUsd, extend: extension } = options;
  const limits: RunnerLimits = {
    ...(maxFailed !== undefined && { maxFailed }),
    ...(maxParallel !== undefined && { maxParallel }),
    ...(maxCostUsd !== undefined && { maxCostUsd }),
  };
  const request = { sweepId, limits, ...(planned && { planned }), ...(extension && { extension }) };
  const { compute, detach: isDetached = false, json: isJson = false } = flags;
  if (cloud !== undefined) {
    const { sweepInCloud } = await import('../cloud/sweeps/sweep-in-cloud');
    await sweepInCloud({ request, objects, compute, isDetached, isJson }, cloud, terminal);
    return;
  }
  const { sweepCommand } = await import('./sweep');
  await sweepCommand({ store, request, objects, isJson }, terminal);
}

/** Loads the AWS SDK, so only where it is needed. */
async function openCloud(stack: string | undefined) {
  const { openDeployedPipeline } = await import('../cloud/open-deployed-pipeline');
  const { requireSweeps } = await import('../cloud/sweeps/sweep-executions');
  const cloud = await openDeployedPipeline(stack);
  requireSweeps(cloud);
  return cloud;
}

function refuseForLocal({ maxCostUsd }: SweepOptions, flags: SweepFlags): void {
  refuseCloudFlags(flags, 'sweep');
  if (maxCostUsd === undefined) return;
  throw refuse(
    '--max-cost-usd limits what a sweep costs on AWS, and this sweep is local and costs nothing. Add --cloud, or leave it out.',
  );
}

function refuseContradictions(file: string | undefined, options: SweepOptions, flags: SweepFlags): void {
  const { folds, seeds, extend, trials, sampler, stop } = options;
  const kinds = [
    ...(file === undefined ? [] : ['a space file']),
    ...(folds === undefined ? [] : ['--folds']),
    ...(seeds === undefined ? [] : ['--seeds']),
  ];
  if (kinds.length > 1)
    throw refuse(
      `${kinds.join(' and ')} were given together, and a sweep is of one of them. Leave out the others.`,
    );
  if ((folds ?? seeds) !== undefined) {
    const idle = Object.entries({ trials, sampler, stop }).filter(([, value]) => value !== undefined);
    if (idle.length > 0)
      throw refuse(
        `${idle.map(([name]) => flagOf([name])).join(' and ')} belong${idle.length === 1 ? 's' : ''} to a space, and ${kinds[0]} has none. Leave it out.`,
      );
  }
  if (extend === undefined) return;
  if (flags.sweepId === undefined)
    throw refuse('--extend adds trials to a sweep. Say to which, by --sweep-id.');
  if (kinds.length > 0 || trials !== undefined)
    throw refuse(
      `--extend adds trials to a sweep as it is stored, and ${kinds[0] ?? '--trials'} was given too. Leave it out.`,
    );
}

/** What may change when a sweep goes on. */
const changeable: readonly (keyof SweepOptions)[] = ['extend', 'maxFailed', 'maxParallel', 'maxCostUsd'];

/** Without a space, a sweep must be stored, and keeps what it is of. */
function refuseWithoutSpace(settings: GivenSettings, options: SweepOptions, flags: SweepFlags): void {
  if (flags.sweepId === undefined) {
    throw refuse(
      'There is nothing to sweep over. Give a space file such as examples/sweeps/learning-rate.json, or --folds K, or --seeds K; or --sweep-id to go on with an unfinished sweep.',
    );
  }
  const given = (Object.keys(options) as (keyof SweepOptions)[]).filter(
    (name) => options[name] !== undefined,
  );
  const others = [
    ...Object.keys(settings),
    ...given.filter((name) => !changeable.includes(name)),
    ...(flags.config === undefined ? [] : ['config']),
  ];
  if (others.length === 0) return;
  throw refuse(
    `A sweep that is continued stays as it is, and ${others.map((name) => flagOf([name])).join(', ')} was given. Leave it out; or give the space file, too, to start another sweep.`,
  );
}

async function planSweep(
  file: string | undefined,
  given: GivenSettings,
  options: SweepOptions,
): Promise<SweepPlan> {
  const { settings: ofFile, space } =
    file === undefined ? { settings: {}, space: {} } : await readSpaceFile(file);
  const { folds, seeds, metric = 'validation-loss', samplerSeed = 1, stop = 'none' } = options;
  const sampler = folds !== undefined ? 'folds' : seeds !== undefined ? 'seeds' : (options.sampler ?? 'tpe');
  const settings = { ...ofFile, ...given, ...(folds !== undefined && { folds }) } as Sweep['settings'];
  const what = file === undefined ? 'The sweep' : describeFile(file);
  const trialCount = folds ?? seeds ?? options.trials ?? countGrid({ settings, space, sampler, stop }, what);
  checkSpace({ settings, space, sampler, stop, trialCount }, what);
  const rungs = chooseRungs(stop, longestTraining(settings, space), trialCount);
  return { settings, space, trialCount, sampler, samplerSeed, stop, rungs, metric };
}

/** The trials of a whole grid. */
function countGrid(sweep: Omit<Parameters<typeof checkSpace>[0], 'trialCount'>, what: string): number {
  if (sweep.sampler !== 'grid')
    throw refuse(
      'How many trials the sweep has is missing. Give --trials N, or --sampler grid for all points.',
    );
  // A grid can be counted when its space is valid.
  checkSpace({ ...sweep, sampler: 'random', trialCount: 1 }, what);
  return gridSize(dimensionsOf(sweep.space)) ?? 1;
}

function chooseRungs(stop: Sweep['stop'], epochs: number, trialCount: number): number[] {
  if (stop === 'none') return [epochs];
  return stop === 'median' ? medianRungs(epochs) : halvingRungs(epochs, trialCount);
}

/** The epochs of the longest trial; with a stopping rule all have as many. */
function longestTraining(settings: Sweep['settings'], space: Sweep['space']): number {
  const { epochs, preset } = space;
  const drawn = epochs && (epochs.values ?? epochs.range ?? epochs.logRange ?? epochs.integers);
  if (drawn !== undefined) return Math.max(...drawn.map(Number));
  const presets = preset?.values ?? [settings['preset']];
  const schema = runSettingsSchema.shape.epochs;
  return Math.max(
    ...presets.map((name) => schema.parse(expandPreset({ preset: name, ...settings })['epochs'])),
  );
}

const example =
  '{"settings": {"validationFraction": 0.1}, "space": {"learningRate": {"logRange": [0.0001, 0.01]}}}';
/** Lists of ten thousand values fit. */
const maxFileBytes = 2 ** 20;

async function readSpaceFile(path: string): Promise<SpaceFile> {
  const what = describeFile(path);
  const value = await readJsonFile(path, what, { shape: 'like', example, maxBytes: maxFileBytes });
  return parseOrThrow(spaceFileSchema, value, what);
}

const describeFile = (path: string) => `The space file ${JSON.stringify(path)}`;
const refuse = (message: string) => new PermanentError('InvalidInput', message);
