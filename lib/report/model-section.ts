import { usageExamples } from '../model/model-use';
import { escapeMarkup } from './escape-markup';
import { formatCount } from './format-values';
import { card, codeBlock, type Markup, scrollBox, section } from './markup-blocks';
import type { ReportData } from './report-data';

/** The layers, as Keras' `model.summary()` lists them, and an example program for each format. */
export function modelSection(data: ReportData): Markup {
  const { layers, parameterCount, runId, imageOf } = data;
  const rows = layers.map(
    ({ name, className, outputShape, parameterCount: count }) =>
      `<tr><th scope="row"><code>${escapeMarkup(name)}</code></th><td>${escapeMarkup(className)}</td><td class="number">${outputShape.join(' × ')}</td><td class="number">${formatCount(count)}</td></tr>`,
  );
  const table =
    '<table><thead><tr><th scope="col">Layer</th><th scope="col">Kind</th><th scope="col" class="number">Output</th><th scope="col" class="number">Parameters</th></tr></thead>' +
    `<tbody>${rows.join('')}</tbody><tfoot><tr><th scope="row">Total</th><td></td><td></td><td class="number">${formatCount(parameterCount)}</td></tr></tfoot></table>`;
  // The browser example loads TensorFlow.js from a CDN, and this page contains no web addresses; the model card has it.
  const programs = usageExamples(runId, imageOf(0).shape).filter(({ language }) => language !== 'html');
  const examples = programs.map(
    ({ title, lines }) =>
      `<details class="card"><summary>${escapeMarkup(title.replaceAll('`', ''))}</summary>${codeBlock(lines.join('\n'))}</details>`,
  );
  return section(
    'model',
    'The model',
    'Output shapes are for one image. Run the example programs in the folder model/ next to this page.',
    `<div class="pair">${card(`<h3>Layers</h3>${scrollBox('Layers', table)}`)}<div class="use">${examples.join('')}</div></div>`,
  );
}
