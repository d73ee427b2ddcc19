import { formatSeconds } from './format-values';
import { card, type Markup, scrollBox, section } from './markup-blocks';
import { drawAccuracy, drawLoss } from './plots/curves';
import { toInlineSvg } from './plots/plot';
import type { ReportData } from './report-data';

export function learningCurves({
  epochs,
  config,
  modelEpoch,
}: Pick<ReportData, 'epochs' | 'config' | 'modelEpoch'>): Markup {
  const hasPenalty = config.l2 > 0;
  const plots = [drawAccuracy(epochs, { modelEpoch }), drawLoss(epochs, { modelEpoch, hasPenalty })].map(
    (plot) => card(`<h3>${plot.name === 'accuracy' ? 'Accuracy' : 'Loss'}</h3>${toInlineSvg(plot)}`),
  );
  const notes = [
    'Training values are means over the epoch, with dropout on. Validation values are measured on the test set after the epoch, with dropout off.',
    hasPenalty
      ? 'These losses include the L2 penalty, as in Keras; the test loss above is the cross-entropy alone.'
      : '',
    modelEpoch === epochs.length ? '' : `The ring marks epoch ${modelEpoch}, whose weights the model has.`,
  ];
  return section(
    'learning-curves',
    'Learning curves',
    notes.filter(Boolean).join(' '),
    `<div class="pair">${plots.join('')}</div>${epochTable(epochs, hasPenalty)}`,
  );
}

function epochTable(epochs: ReportData['epochs'], hasPenalty: boolean): Markup {
  const rows = epochs.map(
    ({ epoch, loss, acc, val_loss, val_acc, seconds }) =>
      `<tr><th scope="row">${epoch}</th>${[loss, acc, val_loss, val_acc].map((value) => `<td class="number">${value.toFixed(4)}</td>`).join('')}<td class="number">${formatSeconds(seconds)}</td></tr>`,
  );
  const penalty = hasPenalty ? ' + L2' : '';
  const heads = [`loss${penalty}`, 'acc', `val_loss${penalty}`, 'val_acc', 'time'].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  const table = `<table><thead><tr><th scope="col">Epoch</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return `<details class="card"><summary>The values of each epoch</summary>${scrollBox('The values of each epoch', table)}</details>`;
}
