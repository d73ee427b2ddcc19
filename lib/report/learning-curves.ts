import { isAugmented } from '../augmentation/augmentation-settings';
import { effectiveSettings } from '../contracts/effective-settings';
import type { RunConfig } from '../contracts/run-config';
import { holdsOutImages } from '../contracts/validation-data';
import { extraLosses } from '../model/describe-training';
import { formatSeconds } from './format-values';
import { card, type Markup, scrollBox, section } from './markup-blocks';
import { drawAccuracy, drawLoss } from './plots/curves';
import { drawLearningRate } from './plots/learning-rate';
import { toInlineSvg } from './plots/plot';
import type { ReportData } from './report-data';

export function learningCurves({
  epochs,
  config,
  modelEpoch,
}: Pick<ReportData, 'epochs' | 'config' | 'modelEpoch'>): Markup {
  const extras = extraLosses(config);
  const plots = [drawAccuracy(epochs, { modelEpoch }), drawLoss(epochs, { modelEpoch, extras })].map((plot) =>
    card(`<h3>${plot.name === 'accuracy' ? 'Accuracy' : 'Loss'}</h3>${toInlineSvg(plot)}`),
  );
  const notes = [
    describeTrainingValues(config),
    `Validation values are measured after the epoch, on ${holdsOutImages(config) ? 'the held out training images' : 'the test set'}${config.emaDecay > 0 ? ', with the averaged weights' : ''}.`,
    extras.length === 0
      ? ''
      : `The losses here include ${extras.join(' and ')}, as in Keras; the test loss of the report is the cross-entropy alone.`,
    modelEpoch === epochs.length ? '' : `The ring marks epoch ${modelEpoch}, whose weights the model has.`,
  ];
  return section(
    'learning-curves',
    'Learning curves',
    notes.filter(Boolean).join(' '),
    `<div class="pair">${plots.join('')}</div>${learningRateCard(config, epochs)}${epochTable(epochs, extras)}`,
  );
}

/** Nothing where the rate never changes. */
function learningRateCard(config: RunConfig, epochs: ReportData['epochs']): Markup {
  if (config.schedule === 'constant' && config.warmupEpochs === 0) return '';
  const plot = toInlineSvg(drawLearningRate(config, epochs));
  return `<div class="pair">${card(`<h3>Learning rate</h3>${plot}`)}</div>`;
}

/** Why training values are usually worse than those of the validation. */
function describeTrainingValues(config: RunConfig): string {
  const causes = [
    ...(config.dropout > 0 && effectiveSettings(config).includes('dropout') ? ['dropout'] : []),
    ...(isAugmented(config) ? ['augmentation'] : []),
  ];
  const during = causes.length === 0 ? '' : `, with ${causes.join(' and ')} on`;
  return `Training values are means over the epoch${during}.`;
}

function epochTable(epochs: ReportData['epochs'], extras: readonly string[]): Markup {
  const rows = epochs.map(
    ({ epoch, loss, acc, val_loss, val_acc, seconds }) =>
      `<tr><th scope="row">${epoch}</th>${[loss, acc, val_loss, val_acc].map((value) => `<td class="number">${value.toFixed(4)}</td>`).join('')}<td class="number">${formatSeconds(seconds)}</td></tr>`,
  );
  const [loss, validationLoss] = ['loss', 'val_loss'].map((name) => [name, ...extras].join(' + '));
  const heads = [loss, 'acc', validationLoss, 'val_acc', 'time'].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  const table = `<table><thead><tr><th scope="col">Epoch</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return `<details class="card"><summary>The values of each epoch</summary>${scrollBox('The values of each epoch', table)}</details>`;
}
