import { formatSeconds } from './format-values';
import { type Markup, scrollBox, section } from './markup-blocks';
import { drawAccuracy, drawLoss } from './plots/curves';
import { toInlineSvg } from './plots/plot';
import type { ReportData } from './report-data';

export function learningCurves({ epochs }: ReportData): Markup {
  const plots = [drawAccuracy(epochs), drawLoss(epochs)].map(
    (plot) =>
      `<div class="card"><h3>${plot.name === 'accuracy' ? 'Accuracy' : 'Loss'}</h3>${toInlineSvg(plot)}</div>`,
  );
  return section(
    'learning-curves',
    'Learning curves',
    'Training figures are means over the epoch with dropout on; validation is the test set after the epoch, with dropout off.',
    `<div class="pair">${plots.join('')}</div>${epochTable(epochs)}`,
  );
}

function epochTable(epochs: ReportData['epochs']): Markup {
  const rows = epochs.map(
    ({ epoch, loss, acc, val_loss, val_acc, seconds }) =>
      `<tr><th scope="row">${epoch}</th>${[loss, acc, val_loss, val_acc].map((value) => `<td class="number">${value.toFixed(4)}</td>`).join('')}<td class="number">${formatSeconds(seconds)}</td></tr>`,
  );
  const heads = ['loss', 'acc', 'val_loss', 'val_acc', 'time'].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  const table = `<table><thead><tr><th scope="col">Epoch</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return `<details class="card"><summary>The values of each epoch</summary>${scrollBox('The values of each epoch', table)}</details>`;
}
