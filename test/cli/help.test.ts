import { describePresets } from '../../cli/definitions/preset-help';
import { type SettingOption, settingOptionGroups } from '../../cli/definitions/setting-options';
import { flagOf } from '../../cli/flag-values';
import { presets } from '../../lib/contracts/presets';
import { builtInModels, runConfigSchema } from '../../lib/contracts/run-config';
import { runCommand } from '../support/command-line';

const help = async (...args: string[]) => (await runCommand(['help', ...args])).out.replaceAll(/\s+/g, ' ');
const commands = [
  ...['train', 'runs', 'show', 'compare', 'open', 'predict', 'serve', 'evaluate'],
  ...['follow', 'stop', 'redrive', 'fetch', 'doctor', 'schema', 'completion'],
];

test('the commands are in groups', async () => {
  const text = await help();
  for (const group of ['Train and inspect: train', 'Use a model: predict', 'Set up: doctor'])
    expect(text).toContain(group);
  expect(text).toMatch(/Runs on AWS .*: follow/);
  for (const command of commands) expect(text).toContain(` ${command} `);
});

test('the options of train are in groups, with examples', async () => {
  const text = await help('train');
  for (const group of ['Data: --dataset', 'Model: --model', 'Training: --epochs', 'On AWS: --cloud'])
    expect(text).toContain(group);
  expect(text).toContain('Examples: mnist-pipeline train');
});

test('help train has every preset, with its settings as options', async () => {
  const text = await help('train');
  for (const [name, { purpose, settings }] of Object.entries(presets)) {
    expect(text).toContain(` ${name}: ${purpose}`);
    for (const setting of Object.keys(settings)) expect(text).toContain(`${flagOf([setting])} `);
  }
  expect(text).toContain('cnn --filters 24,48,96 --epochs 18');
});

test('a preset that was measured has its accuracy and its time', () => {
  const text = describePresets({ cnn: { accuracy: 0.9965, minutes: 11 } });
  expect(text).toContain(`cnn: ${presets.cnn.purpose}; 99.65 % in 11 min on two cores\n`);
  expect(text).toContain(`cnn-best: ${presets['cnn-best'].purpose}\n`);
});

test.each(commands)('help %s has no default "false", and its errors point to it', async (command) => {
  expect(await help(command)).not.toContain('false');
  const { exitCode, err } = await runCommand([command, '--nope']);
  expect(exitCode).toBe(2);
  expect(err).toContain(`Run "mnist-pipeline help ${command}"`);
});

test.each([
  ['train', '--cloud start the run in the deployed pipeline'],
  ['runs', '--cloud list the runs of the deployed pipeline'],
  ['show', '--cloud a run of the deployed pipeline'],
  ['open', '--cloud a run of the deployed pipeline'],
])('help %s says what --cloud does there', async (command, text) => {
  expect(await help(command)).toContain(text);
});

test('what is required says so', async () => {
  expect(await help('evaluate')).toContain('[model]');
  expect(await help('evaluate')).toContain('model required: ');
});

test.each([
  ['nope', /there is no command 'nope'\.\nRun "mnist-pipeline help"/],
  ['trian', /there is no command 'trian'\. Did you mean "train"\?/],
])('help %s is refused', async (name, message) => {
  const { exitCode, out, err } = await runCommand(['help', name]);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err).toMatch(message);
});

test('the words that completion offers for a setting are those of the schema', () => {
  const options = settingOptionGroups().flatMap((group) => group.options);
  expect(options.map((option) => option.attributeName()).sort()).toEqual(
    Object.keys(runConfigSchema.shape)
      .filter((name) => name !== 'initialWeightsSha256')
      .sort(),
  );
  const { schedule, optimizer, engine, device } = runConfigSchema.shape;
  const words = (name: string) =>
    options.find((option: SettingOption) => option.attributeName() === name)?.completions;
  expect(words('schedule')).toEqual(schedule.unwrap().options);
  expect(words('optimizer')).toEqual(optimizer.unwrap().options);
  expect(words('model')).toEqual(builtInModels);
  expect(words('engine')).toEqual(engine.unwrap().options);
  expect(words('device')).toEqual(device.unwrap().options);
});
