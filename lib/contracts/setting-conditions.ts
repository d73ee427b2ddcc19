/** The settings that decide whether others have an effect. */
interface DecidingSettings {
  readonly model: string;
  readonly optimizer: string;
  readonly momentum: number;
  readonly schedule: string;
  readonly epochs: number;
  readonly elasticPixels: number;
  readonly folds: number;
}

interface CombinedSettings {
  readonly warmupEpochs: number;
  readonly epochs: number;
  readonly folds: number;
  readonly fold: number;
  readonly validationFraction: number;
  readonly evaluateOn: string;
}

interface Condition {
  readonly hasEffect: (settings: DecidingSettings) => boolean;
  /** Completes "… has an effect only with …". */
  readonly needs: string;
  /** The setting that decides. */
  readonly decidedBy: keyof DecidingSettings;
}

const withModel = (...models: readonly string[]): Condition => ({
  hasEffect: ({ model }) => models.includes(model),
  needs: `the model ${models.join(' or ')}`,
  decidedBy: 'model',
});

const withOptimizer = (name: string): Condition => ({
  hasEffect: ({ optimizer }) => optimizer === name,
  needs: `the optimizer ${name}`,
  decidedBy: 'optimizer',
});

/** Settings that have an effect only beside certain others. */
export const settingConditions: Readonly<Record<string, readonly Condition[]>> = {
  fold: [{ hasEffect: ({ folds }) => folds > 0, needs: 'folds of 2 or more', decidedBy: 'folds' }],
  hidden: [withModel('mlp')],
  filters: [withModel('cnn')],
  dropout: [withModel('mlp', 'cnn')],
  l2: [withModel('mlp', 'cnn')],
  momentum: [withOptimizer('sgd')],
  nesterov: [
    withOptimizer('sgd'),
    { hasEffect: ({ momentum }) => momentum > 0, needs: 'a momentum above 0', decidedBy: 'momentum' },
  ],
  weightDecay: [withOptimizer('adamw')],
  warmupEpochs: [
    {
      hasEffect: ({ schedule }) => schedule !== 'one-cycle',
      needs: 'a schedule that does not begin with a rise of its own',
      decidedBy: 'schedule',
    },
  ],
  elasticSigma: [
    {
      hasEffect: ({ elasticPixels }) => elasticPixels > 0,
      needs: 'elasticPixels above 0',
      decidedBy: 'elasticPixels',
    },
  ],
};

/** The settings by which others have an effect or none. */
export const decidingSettings: readonly (keyof DecidingSettings)[] = [
  'model',
  'optimizer',
  'momentum',
  'schedule',
  'epochs',
  'elasticPixels',
];

/** The condition by which a setting has no effect beside the others; `undefined` if it has one. */
export function findIdleness(
  name: string,
  settings: DecidingSettings,
): Omit<Condition, 'hasEffect'> | undefined {
  return settingConditions[name]?.find(({ hasEffect }) => !hasEffect(settings));
}

/** Why a setting has no effect beside the others; `undefined` if it has one. */
export function explainNoEffect(name: string, settings: DecidingSettings): string | undefined {
  const failed = findIdleness(name, settings);
  if (failed === undefined) return undefined;
  const { needs, decidedBy } = failed;
  return `it has an effect only with ${needs}, and ${decidedBy} is ${settings[decidedBy]}; leave it out, or change ${decidedBy}`;
}

/** Settings that contradict each other, with the reason. A setting that has its default contradicts nothing. */
export function findContradictions<Settings extends DecidingSettings & CombinedSettings>(
  settings: Settings,
  defaults: Partial<Settings>,
): { readonly name: keyof Settings; readonly problem: string }[] {
  const names = Object.keys(settings) as (keyof Settings & string)[];
  const isChanged = (name: keyof Settings) => String(settings[name]) !== String(defaults[name]);
  const idle = names.flatMap((name) => {
    const problem = isChanged(name) ? explainNoEffect(name, settings) : undefined;
    return problem === undefined ? [] : [{ name, problem }];
  });
  return [...idle, ...findImpossible(settings)];
}

/** Settings that each have an effect, and cannot be combined. */
function findImpossible(
  settings: CombinedSettings,
): { readonly name: keyof CombinedSettings; readonly problem: string }[] {
  const { warmupEpochs, epochs, folds, fold, validationFraction, evaluateOn } = settings;
  const checks: readonly (readonly [keyof CombinedSettings, boolean, string])[] = [
    [
      'warmupEpochs',
      warmupEpochs > 0 && warmupEpochs >= epochs,
      `the warm-up must be shorter than the run, which has ${epochs} epochs`,
    ],
    ['folds', folds === 1, 'one fold would leave no images to train on; give 2 to 20, or 0'],
    [
      'folds',
      folds > 0 && validationFraction > 0,
      `folds and validationFraction (${validationFraction}) both choose the validation data; give one of them`,
    ],
    ['fold', folds > 1 && fold > folds, `it must be 1 to ${folds}, the number of folds`],
    [
      'evaluateOn',
      evaluateOn === 'validation' && folds === 0 && validationFraction === 0,
      'the run has no validation data of its own to be measured on; give validationFraction or folds',
    ],
  ];
  return checks.flatMap(([name, isImpossible, problem]) => (isImpossible ? [{ name, problem }] : []));
}
