import { didYouMean } from '../contracts/did-you-mean';
import { PermanentError } from '../contracts/errors';
import { givenSettingsSchema } from '../contracts/given-settings';
import { shortenValue } from '../contracts/shorten';
import { type GivenDimension, isRepetition, type SettingValue, type Sweep } from '../contracts/sweep';
import { dimensionsOf, orderByConditions } from './dimensions';
import {
  countValues,
  createMembershipTest,
  type Domain,
  domainOf,
  endsOf,
  findDomainProblem,
  valueAt,
} from './domain';
import { gridSize } from './samplers/grid';
import { findTrialProblems } from './trial-problems';
import type { SpaceOfTrials } from './trial-settings';

/**
 * Checks that every trial that can be drawn is one that can be trained.
 *
 * @param what - subject of the message, e.g. `The space file "space.json"`.
 * @throws PermanentError InvalidInput with all problems.
 */
export function checkSpace(sweep: SpaceOfTrials, what: string): void {
  const { settings, space } = sweep;
  const problems = [
    ...Object.keys(settings).flatMap((name) => findSettingProblems(name, settings[name]!)),
    ...(isRepetition(sweep) ? findNeedlessSpace(sweep) : findEmptiness(space)),
    ...Object.keys(space).flatMap((name) => findDimensionProblems(name, sweep)),
    ...findCircle(space),
  ];
  // What settings mean together can be said only about those that are valid by themselves.
  const whole = problems.length > 0 ? problems : [...findGridProblems(sweep), ...findTrialProblems(sweep)];
  if (whole.length === 0) return;
  const sentences = whole.map((problem) => (problem.endsWith('?') ? problem : `${problem}.`));
  throw new PermanentError('InvalidInput', `${what} cannot be used. ${sentences.join(' ')}`);
}

const findEmptiness = (space: Sweep['space']) =>
  Object.keys(space).length > 0 ? [] : ['"space" is empty; it needs at least one setting'];

const findNeedlessSpace = ({ space, sampler }: SpaceOfTrials) =>
  Object.keys(space).length === 0
    ? []
    : [`"space" must be empty for a sweep over ${sampler}, whose trials differ in nothing else`];

const sameValidationImages = {
  reason: 'trials are compared on the same validation images; give it in "settings"',
  isAllowedInSettings: true,
};

/** Settings that are no choice of a space. */
const heldBySweep: Readonly<
  Record<string, { readonly reason: string; readonly isAllowedInSettings: boolean }>
> = {
  modelName: {
    reason: 'the winner alone is registered; give its name in "settings"',
    isAllowedInSettings: true,
  },
  minAccuracy: { reason: 'it is for the winner alone; give it in "settings"', isAllowedInSettings: true },
  validationFraction: sameValidationImages,
  folds: sameValidationImages,
  fold: sameValidationImages,
  evaluateOn: {
    reason: 'trials are measured on validation images, and the winner on the test images; leave it out',
    isAllowedInSettings: false,
  },
  maxCostUsd: {
    reason: 'a sweep has one limit for all its trials, "--max-cost-usd" with --cloud; leave it out',
    isAllowedInSettings: false,
  },
  resumeFrom: { reason: 'every trial starts from the beginning; leave it out', isAllowedInSettings: false },
};

function findSettingProblems(name: string, value: SettingValue): string[] {
  const where = `"settings.${name}"`;
  const schema = schemaOf(name);
  if (schema === undefined) return [describeUnknown(where, name)];
  const held = heldBySweep[name];
  if (held?.isAllowedInSettings === false) return [`${where} cannot be given: ${held.reason}`];
  return findValueProblems(schema, [value]).map((problem) => `${where}: ${problem}`);
}

function findDimensionProblems(name: string, { settings, space }: SpaceOfTrials): string[] {
  const where = `"space.${name}"`;
  const schema = schemaOf(name);
  if (schema === undefined) return [describeUnknown(where, name)];
  if (Object.hasOwn(heldBySweep, name)) return [`${where} cannot be given: ${heldBySweep[name]!.reason}`];
  const given = space[name]!;
  const domainProblem = findDomainProblem(given);
  const problems =
    domainProblem === undefined ? findDomainValueProblems(schema, domainOf(given)) : [domainProblem];
  if (Object.hasOwn(settings, name))
    problems.push('it is in "settings" or among the options too; leave it out of one of them');
  return [
    ...problems.map((problem) => `${where}: ${problem}`),
    ...Object.entries(given.when ?? {}).flatMap(([parent, values]) =>
      findConditionProblems(parent, values, space).map((problem) => `"space.${name}.when": ${problem}`),
    ),
  ];
}

type SettingSchema = (typeof givenSettingsSchema.shape)[keyof typeof givenSettingsSchema.shape];

function schemaOf(name: string): SettingSchema | undefined {
  return Object.hasOwn(givenSettingsSchema.shape, name)
    ? givenSettingsSchema.shape[name as keyof typeof givenSettingsSchema.shape]
    : undefined;
}

const describeUnknown = (where: string, name: string) =>
  `${shortenValue(where)} is not a setting.${didYouMean(name, Object.keys(givenSettingsSchema.shape))}`.replace(
    /\.$/,
    '; "mnist-pipeline schema" lists them',
  );

/** More problems than these of one setting repeat each other. */
const maxValueProblems = 3;

function findValueProblems(schema: SettingSchema, values: Iterable<SettingValue>): string[] {
  const problems: string[] = [];
  for (const value of values) {
    const { success, error } = schema.safeParse(value);
    if (success) continue;
    problems.push(`${error.issues[0]!.message} (received ${shortenValue(JSON.stringify(value))})`);
    if (problems.length === maxValueProblems) break;
  }
  return problems;
}

function findDomainValueProblems(schema: SettingSchema, domain: Domain): string[] {
  const problems = findValueProblems(schema, valuesToTry(domain));
  if (problems.length > 0 || domain.kind !== 'continuous') return problems;
  const between = domain.low + (domain.high - domain.low) / Math.E;
  const isWhole = !schema.safeParse(between).success && schema.safeParse(Math.round(between)).success;
  return isWhole
    ? [`it takes whole numbers; use "integers": ${JSON.stringify([domain.low, domain.high])}`]
    : findValueProblems(schema, [between]);
}

const maxTriedSteps = 100;

/** All values of a list, and of a range both ends with steps between them. */
function* valuesToTry(domain: Domain): Generator<SettingValue> {
  if (domain.kind === 'choice') yield* domain.values;
  else yield* endsOf(domain);
  if (domain.kind !== 'discrete') return;
  for (let index = 1; index < Math.min(countValues(domain), maxTriedSteps); index += 1)
    yield valueAt(domain, index);
}

function findConditionProblems(
  parent: string,
  values: readonly SettingValue[],
  space: Sweep['space'],
): string[] {
  if (!Object.hasOwn(space, parent))
    return [
      `${shortenValue(JSON.stringify(parent))} is not in the space.${didYouMean(parent, Object.keys(space))}`.replace(
        /\.$/,
        '',
      ),
    ];
  const given: GivenDimension = space[parent]!;
  if (findDomainProblem(given) !== undefined) return [];
  const domain = domainOf(given);
  if (domain.kind === 'continuous')
    return [
      `"${parent}" is drawn from a range without steps, which meets no value twice; use a list, "step" or "integers"`,
    ];
  const isMember = createMembershipTest(domain);
  const absent = values.find((value) => !isMember(value));
  return absent === undefined
    ? []
    : [`"${parent}" is never ${shortenValue(JSON.stringify(absent))}; name values that the space has`];
}

function findCircle(space: Sweep['space']): string[] {
  const ordered = orderByConditions(space);
  const parentsOf = (name: string) => Object.keys(space[name]!.when ?? {});
  // A condition that names no setting of the space is a problem of its own.
  let left = Object.keys(space).filter((name) => !ordered.includes(name));
  for (;;) {
    const circle = left.filter(
      (name) =>
        parentsOf(name).some((parent) => left.includes(parent)) &&
        left.some((other) => parentsOf(other).includes(name)),
    );
    if (circle.length === left.length) break;
    left = circle;
  }
  if (left.length === 0) return [];
  const names = left.map((name) => `"${name}"`).join(', ');
  return [`${names}: "when" goes in a circle, so that none of them can be drawn first`];
}

function findGridProblems({ sampler, space, trialCount }: SpaceOfTrials): string[] {
  if (sampler !== 'grid') return [];
  const dimensions = dimensionsOf(space);
  const endless = dimensions.filter(({ domain }) => domain.kind === 'continuous');
  if (endless.length > 0)
    return endless.map(
      ({ name }) =>
        `"space.${name}" is a range without steps, of which a grid cannot have all values; add a "step", or use another --sampler`,
    );
  const size = gridSize(dimensions);
  if (size === trialCount) return [];
  const count = size === undefined ? 'too many' : size.toLocaleString('en');
  return [
    `The grid has ${count} combinations, and the sweep ${trialCount.toLocaleString('en')} trials; a grid needs as many trials as it has combinations, or another --sampler`,
  ];
}
