import { runConfigSchema } from '../../lib/contracts/run-config';
import { type ProgressData, renderProgressPage } from '../../lib/report/progress-page';
import { makeEpochs } from '../support/report-factory';

const render = (overrides: Partial<ProgressData> = {}) =>
  renderProgressPage({
    runId: 'friday',
    config: runConfigSchema.parse({}),
    epochs: makeEpochs(4),
    state: 'training',
    pipelineVersion: '0.1.0',
    ...overrides,
  });

test('during training it refreshes, and shows the epoch and the time left', () => {
  const page = render();
  expect(page).toContain('<meta http-equiv="refresh" content="5">');
  expect(page).toContain('after epoch 4 of 10; about 57.0\u00a0s left');
  expect(page).not.toContain('report.html');
});

test('after the training it no longer refreshes, and links to the report', () => {
  const page = render({ state: 'trained' });
  expect(page).not.toContain('http-equiv="refresh"');
  expect(page).toContain('<a href="report.html">');
});

test('a paused training says so, and does not refresh', () => {
  const page = render({ state: 'paused' });
  expect(page).toContain('<title>Paused after epoch 4 of 10 · friday');
  expect(page).not.toContain('http-equiv="refresh"');
  expect(page).not.toContain('report.html');
});

test('it says how the run trains, and on what it validates', () => {
  const config = runConfigSchema.parse({ validationFraction: 0.1, labelSmoothing: 0.1, optimizer: 'adamw' });
  const text = render({ config }).replaceAll('\u00a0', ' ');
  expect(text).toContain('AdamW with weight decay 0.004');
  expect(text).toContain('10 % of the training images, held out');
  expect(text).toContain('on the held out training images');
  expect(text).toContain('>loss + label smoothing<');
});

test('all user input is escaped', () => {
  const attack = '"><script>alert(1)</script>';
  const config = { ...runConfigSchema.parse({ dataset: attack }), modelName: attack };
  expect(render({ runId: attack, config })).not.toContain('<script>alert');
});
