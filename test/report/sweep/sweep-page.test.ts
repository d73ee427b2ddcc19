import { renderSweepPage } from '../../../lib/report/sweep/sweep-page';
import { exampleSpace, makeRepetition, makeSweepState } from '../../support/sweep-factory';

const textOf = (page: string) =>
  page
    .replace(/<style>.*?<\/style>|<script.*?<\/script>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ');
const sectionOf = (page: string, id: string) =>
  page.match(new RegExp(`<section aria-labelledby="${id}">.*?</section>`, 's'))?.[0] ?? '';

const state = makeSweepState();
const page = renderSweepPage(state, '0.1.0');
const best = state.trials[state.winner!.trial - 1]!;

test('the headline says what to use, and what it took', () => {
  const text = textOf(page);
  expect(text).toContain(
    `${best.value!.toFixed(4)} validation loss of trial ${best.trial}, the lowest of 24 trials`,
  );
  expect(text).toContain('Test accuracy 98.46 % of the winner');
  expect(text).toContain('3 trained to the end, 20 stopped early, 1 failed');
  const epochs = state.trials.reduce((sum, trial) => sum + trial.epochs.length, 0);
  expect(text).toContain(`Epochs ${epochs} 26 % of the 648 of training all to the end`);
  expect(text).toContain(`learningRate 0.001106 0.0001 to 0.01, by logarithm`);
  expect(text).toContain('momentum – 0.5 to 0.99; where optimizer is sgd');
  expect(text).toContain(`--learning-rate ${best.config.learningRate}`);
  expect(page).toContain('href="../../runs/friday-winner/report.html"');
});

test('every trial has a row, the best first, with a link to what there is of its run', () => {
  const rows = [...sectionOf(page, 'trials').matchAll(/<tr data-trial="(\d+)"[^>]*>(.*?)<\/tr>/gs)];
  expect(rows).toHaveLength(24);
  expect(Number(rows[0]![1])).toBe(best.trial);
  for (const [, trial, row] of rows) {
    const { status, runId } = state.trials[Number(trial) - 1]!;
    expect(row).toContain(`href="../../runs/${runId}/${status === 'finished' ? 'report' : 'progress'}.html"`);
  }
  const epochsOf = rows
    .map(([, trial]) => state.trials[Number(trial) - 1]!)
    .map(({ status, epochs }) => (status === 'failed' ? 0 : epochs.length));
  expect(epochsOf).toEqual(epochsOf.toSorted((a, b) => b - a));
});

test('the table has only the settings in which trials differ', () => {
  const heads = [...sectionOf(page, 'trials').matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/g)].map(
    ([, name]) => name,
  );
  expect(heads).toEqual([
    'Trial',
    'Status',
    'Validation loss',
    'Validation accuracy',
    ...Object.keys(exampleSpace),
    'Epochs',
    'Time',
  ]);
  const constant = makeSweepState({ sweep: { space: { ...exampleSpace, seed: { values: [7] } } } });
  const same = {
    ...constant,
    trials: constant.trials.map((trial) => ({ ...trial, drawn: { ...trial.drawn, seed: 7 } })),
  };
  expect(sectionOf(renderSweepPage(same, '0.1.0'), 'trials')).not.toContain('seed');
});

test('every trial is a line of the parallel coordinates, a point of each setting it has, and a curve', () => {
  const trialsIn = (markup: string) =>
    new Set([...markup.matchAll(/data-trial="(\d+)"/g)].map(([, trial]) => trial));
  expect(trialsIn(sectionOf(page, 'settings')).size).toBe(24);
  expect(trialsIn(sectionOf(page, 'learning-curves')).size).toBe(24);
  const scatters = sectionOf(page, 'each-setting').split('<h3>').slice(1);
  expect(scatters.map((scatter) => scatter.match(/^[^<]+/)![0])).toEqual(Object.keys(exampleSpace));
  expect(trialsIn(scatters[0]!).size).toBe(24);
  expect(trialsIn(scatters.at(-1)!).size).toBe(
    state.trials.filter(({ drawn }) => 'momentum' in drawn).length,
  );
});

test('the curves have the rungs', () => {
  const curves = sectionOf(page, 'learning-curves');
  expect(curves).toContain('>rung 3<');
  expect(curves).toContain('>rung 9<');
  expect(textOf(curves)).toContain('At a rung, after 3 and 9 of 27 epochs, the best third goes on.');
});

test('failed trials are listed with their error', () => {
  expect(textOf(sectionOf(page, 'failed-trials'))).toContain(
    '5 TrainingDiverged The loss is NaN in epoch 2. A lower learningRate may help. friday-5',
  );
  expect(renderSweepPage(makeSweepState({ failedTrials: [] }), '0.1.0')).not.toContain('failed-trials');
});

test('importance says by which method, and from what', () => {
  const text = textOf(sectionOf(page, 'importance'));
  expect(text).toContain('functional analysis of variance (Hutter, Hoos and Leyton-Brown 2014)');
  expect(text).toContain('from 23 trials after 3 epochs');
  expect(text).toMatch(/learningRate [78]\d %/);
  const few = makeSweepState({ trialCount: 9, failedTrials: [] });
  expect(textOf(renderSweepPage(few, '0.1.0'))).toContain(
    '10 trials with 3 epochs are needed to say that, and there are 9.',
  );
});

test('of trials that cost nothing the time is shown, of others the dollars', () => {
  expect(page).toContain('Time and accuracy');
  expect(page).toContain('seconds of training');
  const state = makeSweepState({ costUsdOfEpoch: 0.001 });
  const paid = renderSweepPage(state, '0.1.0');
  expect(paid).toContain('Cost and accuracy');
  expect(paid).toMatch(/>\$0\.0270</);
  // The run of the winner costs as much as an epoch.
  const epochs = state.trials.reduce((sum, trial) => sum + trial.epochs.length, 0);
  expect(paid).toContain(`<dt>Cost</dt><dd>$${((epochs + 1) / 1000).toFixed(4)}<`);
});

test('a sweep in progress reloads, says how far it is, and has no winner', () => {
  const progress = renderSweepPage(makeSweepState({ isOver: false }), '0.1.0');
  expect(progress).toContain('data-refresh-seconds="10"');
  expect(progress).toContain('<noscript><meta http-equiv="refresh" content="10"></noscript>');
  const text = textOf(progress);
  expect(text).toContain('of 24 trials ended');
  expect(text).toContain('so far');
  expect(text).toContain('the test set is not used yet');
  expect(progress).not.toContain('friday-winner');
  expect(page.includes('http-equiv="refresh"')).toBe(false);
});

test('a sweep before its first epoch is a table of what is drawn', () => {
  const { sweep, trials } = makeSweepState({ isOver: false });
  const waiting = trials.slice(0, 2).map(({ value: _, ...trial }) => ({
    ...trial,
    status: 'waiting' as const,
    epochs: [],
    value: undefined,
    seconds: 0,
  }));
  const started = renderSweepPage({ sweep, trials: waiting }, '0.1.0');
  expect(textOf(started)).toContain('no trial has finished an epoch yet');
  expect(sectionOf(started, 'trials').match(/<tr data-trial/g)).toHaveLength(2);
  expect(started.includes('progress.html')).toBe(false);
  expect(textOf(started)).not.toMatch(/NaN|undefined/);
  expect(textOf(renderSweepPage({ sweep, trials: [] }, '0.1.0'))).toContain(
    'no trial has finished an epoch yet',
  );
});

test('the command is that of a training that meets the test set', () => {
  const trials = state.trials.map((trial) => ({
    ...trial,
    config: { ...trial.config, evaluateOn: 'validation' as const },
  }));
  expect(textOf(renderSweepPage({ ...state, trials }, '0.1.0'))).not.toContain('--evaluate-on');
});

test('a loss that four decimals do not show has three digits', () => {
  const trials = state.trials.map((trial) => ({ ...trial, value: 0.000_012_345 }));
  expect(textOf(renderSweepPage({ ...state, trials }, '0.1.0'))).toContain(
    '0.0000123 validation loss of trial',
  );
});

test('a sweep whose trials all failed is over, and recommends nothing', () => {
  const failed = makeSweepState({ trialCount: 3, failedTrials: [1, 2, 3] });
  const text = textOf(renderSweepPage(failed, '0.1.0'));
  expect(text).toContain('Finished');
  expect(text).toContain('no trial has a value');
  expect(text).toContain('3 trials ended in an error');
  expect(text).not.toContain('Train with these settings');
});

test('validation accuracy as the metric', () => {
  const text = textOf(renderSweepPage(makeSweepState({ sweep: { metric: 'validation-accuracy' } }), '0.1.0'));
  expect(text).toMatch(/98\.\d\d % validation accuracy of trial \d+, the highest of 24 trials/);
});

test.each(['folds', 'seeds'] as const)('%s have their mean with its interval, and no best one', (sampler) => {
  const repetition = renderSweepPage(makeRepetition(sampler), '0.1.0');
  const text = textOf(repetition);
  expect(text).toMatch(
    new RegExp(
      `0\\.\\d{4} mean validation loss of the ${sampler}; 95 % confidence interval 0\\.\\d{4} to 0\\.\\d{4}`,
    ),
  );
  expect(text).toMatch(/Validation accuracy 97\.\d\d % 0\.0\d % 97\.\d\d % 97\.\d\d %/);
  expect(text.includes('rather too narrow')).toBe(sampler === 'folds');
  expect(repetition).not.toContain('Which setting matters');
  expect(repetition).not.toContain('class="changed"');
  expect(textOf(renderSweepPage(makeRepetition(sampler, 1), '0.1.0'))).toContain(
    `fewer than two ${sampler} are trained to the end`,
  );
});

test('all that a user or an error can contain is escaped', () => {
  const attack = '"><script>alert(1)</script>';
  const { sweep, trials } = makeSweepState({ error: { name: attack, message: attack } });
  const attacked = renderSweepPage(
    {
      sweep: {
        ...sweep,
        sweepId: attack,
        space: { [attack]: { values: [attack, 'b'], when: { [attack]: [attack] } } },
      },
      trials: trials.map((trial, index) => ({
        ...trial,
        runId: attack,
        drawn: { [attack]: index % 2 === 0 ? attack : 'b' },
        config: { ...trial.config, dataset: attack },
      })),
      winner: { trial: 1, runId: attack, winnerRunId: attack, testAccuracy: 0.9, testLoss: 0.1, costUsd: 0 },
    },
    attack,
  );
  expect(attacked).not.toContain('<script>alert');
  expect(attacked).toContain('&quot;&gt;&lt;script&gt;');
});

test('the page requests nothing', () => {
  expect(page).toContain('default-src &#39;none&#39;');
  expect(page).not.toMatch(/(?:src|href)="https?:/);
});
