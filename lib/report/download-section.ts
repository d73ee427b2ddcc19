import { escapeMarkup } from './escape-markup';
import { formatBytes } from './format-values';
import { card, type Markup, section } from './markup-blocks';
import type { ReportData, RunFile } from './report-data';

/** What a file is for, by its path beside the report; others go by their name alone. */
const purposes: readonly (readonly [pattern: RegExp, purpose: string])[] = [
  [/^model\/README\.md$/, 'model card'],
  [/^model\/model\.json$/, 'TensorFlow.js, topology'],
  [/^model\/.*\.bin$/, 'TensorFlow.js, weights'],
  [/\.h5$/, 'Keras 2, and Keras 3'],
  [/\.keras$/, 'Keras 3'],
  [/\.onnx$/, 'ONNX'],
  [/\.safetensors$/, 'weights as safetensors'],
  [/^evaluation\/metrics\.json$/, 'figures over the test set'],
  [/^evaluation\/predictions\.json$/, 'the first test images'],
  [/^evaluation\/test-predictions\.json$/, 'every test image'],
  [/^history\.json$/, 'loss and accuracy of each epoch'],
  [/^history\.csv$/, 'the same as a table'],
  [/tfevents/, 'for TensorBoard'],
  [/^progress\.html$/, 'the curves while it trained'],
  [/^config\.json$/, 'every setting'],
  [/^training\.json$/, 'where and how it was trained'],
  [/^try-it\.html$/, 'draw a digit, over a web server'],
  [/^run\.json$/, 'lineage, timings, checksums'],
];

/** Links beside the report: they work wherever the run's folder is whole. */
export function downloadSection({ files }: ReportData): Markup {
  if (files.length === 0) return '';
  const groups: readonly (readonly [heading: string, files: readonly RunFile[]])[] = [
    ['Model', files.filter(({ path }) => path.startsWith('model/'))],
    ['Evaluation', files.filter(({ path }) => path.startsWith('evaluation/'))],
    ['Run', files.filter(({ path }) => !/^(model|evaluation)\//.test(path))],
  ];
  const columns = groups
    .filter(([, members]) => members.length > 0)
    .map(
      ([heading, members]) =>
        `<div><h3>${heading}</h3><ul class="files">${members.map(fileItem).join('')}</ul></div>`,
    );
  return section(
    'files',
    'Files of this run',
    'They lie beside this page; where it was copied alone, these links lead nowhere.',
    card(`<div class="columns">${columns.join('')}</div>`),
  );
}

function fileItem({ path, bytes }: RunFile): Markup {
  const purpose = purposes.find(([pattern]) => pattern.test(path))?.[1];
  const facts = [purpose, bytes === undefined ? undefined : formatBytes(bytes)].filter(
    (fact) => fact !== undefined,
  );
  const note = facts.length === 0 ? '' : `<small>${escapeMarkup(facts.join(', '))}</small>`;
  return `<li><a href="${escapeMarkup(encodeURI(path))}">${escapeMarkup(path.slice(path.lastIndexOf('/') + 1))}</a>${note}</li>`;
}
