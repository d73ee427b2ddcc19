import { defaultConfigOf, expandPreset, startSettings } from '../../lib/contracts/given-settings';
import { presetNames, presets } from '../../lib/contracts/presets';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { executionInputSchema } from '../../lib/contracts/steps';

test.each(presetNames)(
  'the preset %s can be used, and every setting of it differs from the default',
  (name) => {
    const config = runConfigSchema.parse(startSettings({ preset: name }));
    expect(config).toMatchObject(presets[name].settings);
    const defaults = defaultConfigOf('mlp');
    for (const [setting, value] of Object.entries(presets[name].settings))
      if (setting !== 'filters') expect(value).not.toEqual(defaults[setting as keyof typeof defaults]);
  },
);

test('no preset changes what is trained on, where, or what is accepted', () => {
  const others = ['dataset', 'classes', 'seed', 'engine', 'device', 'minAccuracy', 'maxCostUsd', 'modelName'];
  for (const { settings } of Object.values(presets))
    expect(Object.keys(settings).filter((name) => others.includes(name))).toEqual([]);
});

test('given settings override those of the preset', () => {
  expect(expandPreset({ preset: 'cnn', epochs: 1, filters: [8] })).toMatchObject({
    ...presets.cnn.settings,
    epochs: 1,
    filters: [8],
  });
});

test.each<[object, string[]]>([
  [{ optimizer: 'sgd' }, ['weightDecay']],
  [{ model: 'mlp' }, ['filters']],
  [{ model: 'a'.repeat(64) }, ['filters', 'dropout']],
])('the preset cnn with %j leaves out %j, which have no effect then', (given, dropped) => {
  const settings = expandPreset({ preset: 'cnn', ...given });
  const missing = Object.keys(presets.cnn.settings).filter((name) => !(name in settings));
  expect(missing).toEqual(dropped);
  expect(runConfigSchema.safeParse(settings).success).toBe(true);
});

test('a given setting without effect is refused also beside a preset', () => {
  const settings = startSettings({ preset: 'cnn', hidden: [8] });
  expect(runConfigSchema.safeParse(settings).error!.issues[0]!.path).toEqual(['hidden']);
});

test.each([
  [{}, 'mnist-mlp'],
  [{ model: 'mlp' }, 'mnist-mlp'],
  [{ preset: 'cnn' }, 'mnist-cnn'],
  [{ model: 'a'.repeat(64) }, 'mnist-custom'],
  [{ preset: 'cnn', modelName: 'digits' }, 'digits'],
  [{ preset: 'cnn', model: 'mlp' }, 'mnist-mlp'],
])('the model of a new run with %j is named %s', (given, name) => {
  expect(runConfigSchema.parse(startSettings(given)).modelName).toBe(name);
});

describe('the input of an execution', () => {
  test('a preset becomes its settings', () => {
    const { compute, ...config } = executionInputSchema.parse({ preset: 'cnn', compute: 'cpu', epochs: 2 });
    expect(compute).toBe('cpu');
    expect(config).toEqual(runConfigSchema.parse(startSettings({ preset: 'cnn', epochs: 2 })));
    expect(executionInputSchema.parse({ preset: 'default' })).toEqual(executionInputSchema.parse({}));
  });

  test.each<[unknown, RegExp]>([
    [{ preset: 'best' }, /"default"\|"cnn"\|"cnn-best"\|"mlp-deformed"/],
    [{ preset: 'cnn', hidden: [4] }, /only with the model mlp/],
    [{ preset: 'cnn', epoch: 1 }, /Unrecognized key: "epoch"/],
    [[], /expected object, received array/],
    [null, /expected object, received null/],
    ['cnn', /expected object, received string/],
  ])('%j is refused', (input, message) => {
    expect(executionInputSchema.safeParse(input).error!.issues[0]!.message).toMatch(message);
  });
});
