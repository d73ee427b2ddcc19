import { nameOfModel } from '../model/describe-model';
import { usageExamples } from '../model/model-use';
import { countTrained } from '../model/summarize-layers';
import { escapeMarkup } from './escape-markup';
import { capitalize, formatCount } from './format-values';
import { card, codeBlock, type Markup, scrollBox, section } from './markup-blocks';
import type { ReportData } from './report-data';

/** The layers, as Keras' `model.summary()` lists them, and an example program for each format. */
export function modelSection(data: ReportData): Markup {
  const { layers, parameterCount, runId, inputShape, config } = data;
  const rows = layers.map(
    ({ name, className, outputShapes, parameterCount: count }) =>
      `<tr><th scope="row"><code>${escapeMarkup(name)}</code></th><td>${escapeMarkup(className)}</td><td class="number">${outputShapes.map((shape) => shape.join(' × ')).join(', ')}</td><td class="number">${formatCount(count)}</td></tr>`,
  );
  const trainedCount = countTrained(layers);
  const table =
    '<table><thead><tr><th scope="col">Layer</th><th scope="col">Kind</th><th scope="col" class="number">Output</th><th scope="col" class="number">Parameters</th></tr></thead>' +
    `<tbody>${rows.join('')}</tbody><tfoot>${totalRow('Total', parameterCount)}${trainedCount === parameterCount ? '' : totalRow('Trained', trainedCount)}</tfoot></table>`;
  // The browser example loads TensorFlow.js from a CDN, and this page contains no web addresses; the model card has it.
  const programs = usageExamples(runId, inputShape).filter(({ language }) => language !== 'html');
  const examples = programs.map(
    ({ title, lines }) =>
      `<details class="card"><summary>${escapeMarkup(title.replaceAll('`', ''))}</summary>${codeBlock(lines.join('\n'))}</details>`,
  );
  const notes = [
    `${capitalize(nameOfModel(config.model))}. Output shapes are for one image.`,
    trainedCount === parameterCount
      ? ''
      : 'Parameters that are not trained are the moving statistics of normalization layers, and frozen weights.',
    'Run the example programs in the folder model/ next to this page.',
  ];
  return section(
    'model',
    'The model',
    notes.filter(Boolean).join(' '),
    `<div class="pair">${card(`<h3>Layers</h3>${scrollBox('Layers', table)}`)}<div class="use">${examples.join('')}</div></div>`,
  );
}

const totalRow = (name: string, count: number): Markup =>
  `<tr><th scope="row">${name}</th><td></td><td></td><td class="number">${formatCount(count)}</td></tr>`;
