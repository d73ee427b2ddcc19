import { type RunConfig, runConfigSchema, runSettingsSchema } from '../contracts/run-config';
import { decidingSettings, findIdleness } from '../contracts/setting-conditions';
import { type Drawn, isRepetition, type SettingValue, type Sweep } from '../contracts/sweep';
import { enumerateCases, representativesToCheck } from './cases';
import { type Dimension, dimensionsOf, drawActive } from './dimensions';
import { endsOf } from './domain';
import { foldOrSeed } from './samplers/folds-and-seeds';
import { type SpaceOfTrials, trialSettings } from './trial-settings';

/** Combinations of settings that decide about others; a space with more is not one that a person wrote. */
const maxCases = 4000;

const defaultSettings = runSettingsSchema.parse({});

/** Settings of the space that decide about others by conditions of theirs, by `when`, or as a preset. */
function isDeciding({ name }: Dimension, all: readonly Dimension[]): boolean {
  return (
    name === 'preset' ||
    (decidingSettings as readonly string[]).includes(name) ||
    all.some(({ when }) => when.some((condition) => condition.name === name))
  );
}

/**
 * What is wrong with trials that can be drawn: a setting without effect, or settings that contradict each other.
 *
 * @param sweep - with settings and dimensions that are valid by themselves.
 */
export function findTrialProblems(sweep: SpaceOfTrials): string[] {
  const dimensions = dimensionsOf(sweep.space);
  const problems = new Map<string, string>();
  const report = (name: string, problem: string) => {
    if (!problems.has(name)) problems.set(name, problem);
  };
  const epochs = new Set<number>();
  let count = 0;
  for (const drawn of trialsToCheck(sweep, dimensions)) {
    count += 1;
    if (count > maxCases)
      return [
        '"space": so much depends on other settings that the combinations cannot be checked; leave out some',
      ];
    const settings = trialSettings(sweep, drawn);
    const config = { ...defaultSettings, ...settings } as RunConfig;
    epochs.add(config.epochs);
    for (const name of Object.keys(drawn)) {
      if (findIdleness(name, config) !== undefined)
        report(name, describeIdleness(name, sweep, drawn, dimensions));
    }
    for (const { path, message } of runConfigSchema.safeParse(settings).error?.issues ?? []) {
      const name = String(path[0]);
      const where = Object.hasOwn(sweep.space, name) ? 'space' : 'settings';
      const isIdle = findIdleness(name, config) !== undefined;
      report(
        name,
        isIdle ? describeIdleness(name, sweep, drawn, dimensions) : `"${where}.${name}": ${message}`,
      );
    }
    if (config.validationFraction === 0 && config.folds === 0)
      report(
        'validationFraction',
        'Trials are compared on validation images, never on the test set; give "validationFraction" in "settings", such as 0.1',
      );
  }
  if (sweep.stop !== 'none' && epochs.size > 1)
    report(
      'epochs',
      `"epochs" differs between trials, and --stop ${sweep.stop} compares them at the same epochs; give one number in "settings", or --stop none`,
    );
  return [...problems.values()];
}

/** Trials at all limits of what settings mean together. */
function* trialsToCheck(sweep: SpaceOfTrials, dimensions: readonly Dimension[]): Generator<Drawn> {
  if (isRepetition(sweep)) {
    for (const trial of [1, sweep.trialCount]) yield foldOrSeed(sweep, trial);
    return;
  }
  const deciding = dimensions.filter((dimension) => isDeciding(dimension, dimensions));
  for (const { drawn } of enumerateCases(deciding, (dimension) =>
    representativesToCheck(dimension, dimensions),
  )) {
    for (const end of [0, 1] as const)
      yield drawActive(dimensions, ({ name, domain }) => drawn[name] ?? endsOf(domain)[end]);
  }
}

/** @param name - of a setting that has no effect in the trial `drawn`. */
function describeIdleness(
  name: string,
  sweep: SpaceOfTrials,
  drawn: Drawn,
  dimensions: readonly Dimension[],
): string {
  const configOf = (changed: Drawn) =>
    ({ ...defaultSettings, ...trialSettings(sweep, changed) }) as RunConfig;
  const config = configOf(drawn);
  const { needs, decidedBy } = findIdleness(name, config)!;
  const isInSpace = Object.hasOwn(sweep.space, name);
  const where = `"${isInSpace ? 'space' : 'settings'}.${name}"`;
  const fact = `${where} has an effect only with ${needs}, and ${decidedBy} is ${config[decidedBy]} in some trials`;
  const when = findCondition(dimensions, [decidedBy, 'preset'], (parent, value) => {
    return findIdleness(name, configOf({ ...drawn, [parent]: value })) === undefined;
  });
  if (when === undefined)
    return Object.hasOwn(sweep.space, decidedBy)
      ? `${fact}; let "space.${decidedBy}" have only values that give it an effect`
      : `${fact}; leave it out, or change ${decidedBy}`;
  const text = `"when": ${JSON.stringify(when)}`;
  return isInSpace
    ? `${fact}; add ${text}`
    : `${fact}; move it into the space: "${name}": {"values": ${JSON.stringify([sweep.settings[name]])}, ${text}}`;
}

/** The first parent that is a list with values under which a setting has an effect, with these values. */
function findCondition(
  dimensions: readonly Dimension[],
  parents: readonly string[],
  hasEffect: (parent: string, value: SettingValue) => boolean,
): Sweep['space'][string]['when'] {
  for (const parent of parents) {
    const domain = dimensions.find(({ name }) => name === parent)?.domain;
    if (domain?.kind !== 'choice') continue;
    const values = domain.values.filter((value) => hasEffect(parent, value));
    if (values.length > 0) return { [parent]: values };
  }
  return undefined;
}
