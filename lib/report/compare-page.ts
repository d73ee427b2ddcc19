import { type Calibration, measureCalibration } from '../evaluation/calibration';
import {
  type ChangedImage,
  type ComparedValue,
  differingCircumstances,
  differingSettings,
  findChangedImages,
} from './compare-runs';
import type { ComparedRun, ComparisonData } from './comparison-data';
import { escapeMarkup } from './escape-markup';
import { formatCount, formatInstant, formatPercent, formatSeconds } from './format-values';
import { card, type Markup, scrollBox, section } from './markup-blocks';
import { framePage } from './page-frame';
import { type Picture, pictureDataUrl } from './picture';
import { drawRunCurves } from './plots/curves';
import { toInlineSvg } from './plots/plot';

/** Pictures of one kind; the count above them is of all. */
const maxPictures = 60;

/** Several runs side by side in one self-contained page. */
export function renderComparePage(data: ComparisonData, pipelineVersion: string): string {
  const { runs } = data;
  const title = `Compared: ${runs.map(({ runId }) => runId).join(', ')}`;
  const body = headline(runs) + metrics(runs) + curves(runs) + differences(runs) + changedImages(data);
  return framePage(title, body, pipelineVersion);
}

/** The run's colour and name; the colour alone says nothing to those who do not see it. */
const runName = ({ runId }: ComparedRun, index: number): Markup =>
  `<span class="run-name"><span class="swatch run-${index + 1}" aria-hidden="true"></span>${escapeMarkup(runId)}</span>`;

function headline(runs: readonly ComparedRun[]): Markup {
  const best = runs.reduce((a, b) => (b.record.accuracy > a.record.accuracy ? b : a));
  return (
    `<header><p class="eyebrow">${runs.length} runs compared</p>` +
    `<h1>${formatPercent(best.record.accuracy)}<small>the best of them: ${escapeMarkup(best.runId)}</small></h1></header>`
  );
}

function table(runs: readonly ComparedRun[], name: string, rows: readonly ComparedMarkup[]): Markup {
  const heads = runs.map((run, index) => `<th scope="col">${runName(run, index)}</th>`);
  const lines = rows.map(
    ({ name: rowName, cells }) =>
      `<tr><th scope="row">${escapeMarkup(rowName)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  );
  return card(
    scrollBox(
      name,
      `<table class="compared"><thead><tr><td></td>${heads.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table>`,
    ),
  );
}

interface ComparedMarkup {
  readonly name: string;
  /** One a run. */
  readonly cells: readonly Markup[];
}

function metrics(runs: readonly ComparedRun[]): Markup {
  const calibrations: readonly (Calibration | undefined)[] = runs.map(({ testPredictions }) =>
    testPredictions === undefined ? undefined : measureCalibration(testPredictions),
  );
  const row = (name: string, show: (run: ComparedRun, index: number) => string, best?: 'least' | 'most') => {
    const cells = runs.map((run, index) => escapeMarkup(show(run, index)));
    return { name, cells: best === undefined ? cells : markBest(cells, best) };
  };
  const seconds = ({ record }: ComparedRun) => record.phases.reduce((sum, phase) => sum + phase.seconds, 0);
  return section(
    'figures',
    'Side by side',
    'Over the whole test set. Bold: the best of the row.',
    table(runs, 'Figures of each run', [
      row('Accuracy', ({ record }) => formatPercent(record.accuracy), 'most'),
      row('Errors', ({ record }) => `${formatCount(record.errorCount)} of ${formatCount(record.testCount)}`),
      row('Test loss', ({ record }) => record.loss.toFixed(4), 'least'),
      row('Calibration error', (_, index) => {
        const calibration = calibrations[index];
        return calibration === undefined ? 'unknown' : formatPercent(calibration.expectedCalibrationError);
      }),
      row('Epochs', ({ epochs }) => String(epochs.length)),
      row('Total time', (run) => formatSeconds(seconds(run))),
      row('Quality gate', ({ record }) => record.status),
      row('Finished', ({ record }) => formatInstant(record.finishedAt)),
    ]),
  );
}

function markBest(cells: readonly Markup[], best: 'least' | 'most'): Markup[] {
  const numbers = cells.map((cell) => Number.parseFloat(cell));
  const target = best === 'most' ? Math.max(...numbers) : Math.min(...numbers);
  return cells.map((cell, index) => (numbers[index] === target ? `<strong>${cell}</strong>` : cell));
}

function curves(runs: readonly ComparedRun[]): Markup {
  const plots = (['accuracy', 'loss'] as const).map((name) =>
    card(`<h3>${name === 'accuracy' ? 'Accuracy' : 'Loss'}</h3>${toInlineSvg(drawRunCurves(runs, name))}`),
  );
  const key = runs.map((run, index) => `<li>${runName(run, index)}</li>`);
  return section(
    'learning-curves',
    'Learning curves',
    'Solid: validation. Dashed: training, with dropout on.',
    `<ul class="run-key">${key.join('')}</ul><div class="pair">${plots.join('')}</div>`,
  );
}

function differences(runs: readonly ComparedRun[]): Markup {
  const toMarkup = ({ name, values }: ComparedValue) => ({ name, cells: values.map(escapeMarkup) });
  const settings = differingSettings(runs);
  const circumstances = differingCircumstances(runs);
  return (
    (settings.length === 0
      ? section('settings', 'Settings', 'The same in all of them.', '')
      : section(
          'settings',
          'Settings that differ',
          'All others are the same.',
          table(runs, 'Settings', settings.map(toMarkup)),
        )) +
    (circumstances.length === 0
      ? ''
      : section(
          'circumstances',
          'Circumstances that differ',
          '',
          table(runs, 'Circumstances', circumstances.map(toMarkup)),
        ))
  );
}

function changedImages({ runs, pictureOf }: ComparisonData): Markup {
  const heading = 'Test images that changed';
  const changed = findChangedImages(runs);
  if (changed === undefined) {
    const note =
      'Unknown: the runs have different test images, or one of them was evaluated before predictions were kept.';
    return section('changed-images', heading, note, '');
  }
  const { mended, broken, other } = changed;
  const total = mended.length + broken.length + other.length;
  const ends = `from ${runs[0]!.runId} to ${runs.at(-1)!.runId}`;
  const groups = (
    [
      [`Mended ${ends}`, mended],
      [`Broken ${ends}`, broken],
      ['Other disagreements', other],
    ] as const
  ).map(([name, images]) => imageGroup(name, images, pictureOf));
  return section(
    'changed-images',
    heading,
    `The runs answer ${formatCount(total)} of ${formatCount(runs[0]!.record.testCount)} images differently: ${formatCount(mended.length)} mended, ${formatCount(broken.length)} broken, ${formatCount(other.length)} other. Under each picture its true label, its row in the test set and the answers in the order of the runs, with their confidence.`,
    groups.join(''),
  );
}

function imageGroup(
  name: string,
  images: readonly ChangedImage[],
  pictureOf: ((index: number) => Picture) | undefined,
): Markup {
  if (images.length === 0) return '';
  const some = images.length > maxPictures ? `, the first ${maxPictures} shown` : '';
  const items = images.slice(0, maxPictures).map((image) => changedItem(image, pictureOf?.(image.index)));
  return card(
    `<h3>${escapeMarkup(name)}: ${formatCount(images.length)}${some}</h3><ul class="digits mistakes">${items.join('')}</ul>`,
  );
}

function changedItem({ index, label, answers }: ChangedImage, picture: Picture | undefined): Markup {
  const image =
    picture === undefined
      ? ''
      : `<img alt="Test image ${index}: true label ${label}" width="${picture.shape[1]}" height="${picture.shape[0]}" src="${pictureDataUrl(picture)}">`;
  const lines = answers.map(
    ({ predicted, confidence }, run) =>
      `<li class="${predicted === label ? 'right' : 'wrong'}"><b><span class="swatch run-${run + 1}" aria-hidden="true"></span>${predicted === label ? '✓' : '✗'} ${predicted}</b><span>${formatPercent(confidence, 1)}</span></li>`,
  );
  return `<li><figure>${image}<figcaption><strong>${label}</strong>no. ${index}<ol class="guesses answers">${lines.join('')}</ol></figcaption></figure></li>`;
}
