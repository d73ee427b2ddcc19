/** The settings that decide whether others have an effect. */
interface DecidingSettings {
  readonly model: string;
  readonly optimizer: string;
  readonly momentum: number;
  readonly schedule: string;
  readonly epochs: number;
  readonly elasticPixels: number;
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
export function findContradictions<Settings extends DecidingSettings & { readonly warmupEpochs: number }>(
  settings: Settings,
  defaults: Partial<Settings>,
): { readonly name: keyof Settings; readonly problem: string }[] {
  const names = Object.keys(settings) as (keyof Settings & string)[];
  const isChanged = (name: keyof Settings) => String(settings[name]) !== String(defaults[name]);
  const idle = names.flatMap((name) => {
    const problem = isChanged(name) ? explainNoEffect(name, settings) : undefined;
    return problem === undefined ? [] : [{ name, problem }];
  });
  const { warmupEpochs, epochs } = settings;
  if (warmupEpochs === 0 || warmupEpochs < epochs) return idle;
  return [
    ...idle,
    { name: 'warmupEpochs', problem: `the warm-up must be shorter than the run, which has ${epochs} epochs` },
  ];
}
