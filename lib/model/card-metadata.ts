import type { RunConfig } from '../contracts/run-config';
import type { MetricValues } from '../evaluation/metrics';

/** The id of the built-in dataset on the Hugging Face hub; of other datasets nothing is known. */
const hubDatasets: Readonly<Record<string, string>> = { mnist: 'ylecun/mnist' };

/**
 * The YAML that the Hugging Face hub reads off a model card: https://huggingface.co/docs/hub/model-cards. Every string
 * is a JSON string, which YAML has too. The license is the user's to choose, and so left out.
 */
export function renderCardMetadata(
  config: Pick<RunConfig, 'modelName' | 'dataset'>,
  datasetName: string,
  metrics: Pick<MetricValues, 'accuracy' | 'loss'>,
): string {
  const hubDataset = hubDatasets[config.dataset];
  const text = (value: string) => JSON.stringify(value);
  return [
    '---',
    'library_name: keras',
    'pipeline_tag: image-classification',
    'tags:',
    '- mnist-pipeline',
    '- tensorflow.js',
    '- onnx',
    ...(hubDataset === undefined ? [] : ['datasets:', `- ${text(hubDataset)}`]),
    'metrics:',
    '- accuracy',
    'model-index:',
    `- name: ${text(config.modelName)}`,
    '  results:',
    '  - task:',
    '      type: image-classification',
    '    dataset:',
    `      name: ${text(datasetName)}`,
    `      type: ${text(hubDataset ?? datasetName)}`,
    '      split: test',
    '    metrics:',
    '    - type: accuracy',
    `      value: ${metrics.accuracy}`,
    '    - type: loss',
    `      value: ${metrics.loss}`,
    '---',
  ].join('\n');
}
