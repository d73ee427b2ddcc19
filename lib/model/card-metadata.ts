import type { RunConfig } from '../contracts/run-config';
import type { MetricValues } from '../evaluation/metrics';

/** Ids of datasets on the Hugging Face hub. */
const hubDatasets: Readonly<Record<string, string>> = { mnist: 'ylecun/mnist' };

/**
 * The YAML metadata of a model card for the Hugging Face hub: https://huggingface.co/docs/hub/model-cards. Every string is
 * a JSON string, which is valid YAML. The license is omitted, because the user chooses it.
 */
export function renderCardMetadata(
  config: Pick<RunConfig, 'modelName' | 'dataset' | 'evaluateOn'>,
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
    `      split: ${config.evaluateOn}`,
    '    metrics:',
    '    - type: accuracy',
    `      value: ${metrics.accuracy}`,
    '    - type: loss',
    `      value: ${metrics.loss}`,
    '---',
  ].join('\n');
}
