import { changedSettings, effectiveSettings } from '../../lib/contracts/effective-settings';
import { startSettings } from '../../lib/contracts/given-settings';
import { type RunConfig, runConfigSchema } from '../../lib/contracts/run-config';

const configOf = (given: object) => runConfigSchema.parse(startSettings({ ...given }));

test.each<[object, (keyof RunConfig)[]]>([
  [{}, ['fold', 'filters', 'momentum', 'nesterov', 'weightDecay', 'elasticSigma']],
  [{ model: 'cnn' }, ['fold', 'hidden', 'momentum', 'nesterov', 'weightDecay', 'elasticSigma']],
  [{ optimizer: 'sgd', elasticPixels: 1 }, ['fold', 'filters', 'weightDecay']],
  [
    { optimizer: 'adamw', schedule: 'one-cycle' },
    ['fold', 'filters', 'momentum', 'nesterov', 'warmupEpochs', 'elasticSigma'],
  ],
])('%j: without effect are %j', (given, idle) => {
  const config = configOf(given);
  const used = effectiveSettings(config);
  const names = Object.keys(runConfigSchema.shape) as (keyof RunConfig)[];
  expect(names.filter((name) => !used.includes(name))).toEqual(idle);
});

test.each<[object, (keyof RunConfig)[]]>([
  [{}, []],
  [{ model: 'cnn' }, ['model']],
  [{ model: 'cnn', modelName: 'digits' }, ['model', 'modelName']],
  [{ hidden: [8], nesterov: true, optimizer: 'sgd' }, ['hidden', 'optimizer', 'nesterov']],
  [{ modelName: 'mnist-mlp', epochs: 10 }, []],
])('%j: changed are %j', (given, changed) => {
  expect(changedSettings(configOf(given))).toEqual(changed);
});
