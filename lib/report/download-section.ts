import { escapeMarkup } from './escape-markup';
import { formatBytes } from './format-values';
import { card, type Markup, section } from './markup-blocks';
import type { ReportData, RunFile } from './report-data';

/** Purpose of a file, by its path relative to the report; files without an entry are listed by name only. */
const purposes: readonly (readonly [pattern: RegExp, purpose: string])[] = [
  [/^model\/README\.md$/, 'model card'],
  [/^model\/model\.json$/, 'TensorFlow.js, topology'],
  [/^model\/.*\.bin$/, 'TensorFlow.js, weights'],
  [/\.h5$/, 'Keras 2, and Keras 3'],
  [/\.keras$/, 'Keras 3'],
  [/\.onnx$/, 'ONNX'],
  [/\.safetensors$/, 'weights as safetensors'],
  [/^evaluation\/metrics\.json$/, 'metrics on the test set'],
  [/^evaluation\/predictions\.json$/, 'predictions for the first test images'],
  [/^evaluation\/test-predictions\.json$/, 'predictions for all test images'],
  [/^history\.json$/, 'loss and accuracy of each epoch'],
  [/^history\.csv$/, 'the same as CSV'],
  [/tfevents/, 'for TensorBoard'],
  [/^progress\.html$/, 'learning curves, written during training'],
  [/^augmented-examples\.png$/, 'training images and their augmented versions'],
  [/^config\.json$/, 'every setting'],
  [/^training\.json$/, 'where and how it was trained'],
  [/^try-it\.html$/, 'try the model'],
  [/^run\.json$/, 'provenance, timings, checksums'],
];

/** Links to the files next to the report. They work while the run's folder is complete. */
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
    'These files are in the same folder as this page. The links do not work in a copy of the page alone.',
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
