import { holdsOutImages } from '../contracts/validation-data';
import { choicesByValidation } from '../model/describe-training';
import { nameInText } from './class-labels';
import { describeEarlierRuns } from './earlier-runs-section';
import { formatCount, formatPercent } from './format-values';
import type { ReportData } from './report-data';

const maxConfusions = 2;

/** The most important results as sentences: how training ended, the weakest class, the worst mistakes. */
export function summarize(data: ReportData): string[] {
  return [
    describeMeasured(data),
    describeStop(data),
    describeChoice(data),
    describeWeakestClass(data),
    describeConfusions(data),
    describeMostConfidentMistake(data),
    ...describeEarlierRuns(data),
  ].filter((sentence) => sentence !== undefined);
}

function describeMeasured({ config, metrics }: ReportData): string | undefined {
  return config.evaluateOn === 'test'
    ? undefined
    : `Measured on ${formatCount(metrics.testCount)} validation images, which are held out from the training: the model has not met the test images, and is not registered.`;
}

function describeStop({ epochs, config, modelEpoch }: ReportData): string | undefined {
  const isLastEpoch = modelEpoch === epochs.length;
  const hasStoppedEarly = config.patience > 0 && epochs.length < config.epochs;
  if (!hasStoppedEarly) {
    return isLastEpoch
      ? undefined
      : `The model has the weights of epoch ${modelEpoch} of ${epochs.length}, which had the lowest validation loss.`;
  }
  const waited = config.patience === 1 ? '1 epoch' : `${config.patience} epochs`;
  return `Stopped after epoch ${epochs.length} of ${config.epochs}: no lower validation loss for ${waited}. The model has the weights of epoch ${modelEpoch}.`;
}

/** A result is optimistic if the images that it is measured on chose something in the training. */
function describeChoice({ config }: ReportData): string | undefined {
  const chosen = choicesByValidation(config);
  if (chosen === undefined) return undefined;
  if (config.evaluateOn === 'validation')
    return `The validation images also chose ${chosen}, so this accuracy is optimistic.`;
  return holdsOutImages(config)
    ? undefined
    : `The test images chose ${chosen}, so this accuracy is optimistic: validationFraction holds out training images for that.`;
}

function describeWeakestClass({ metrics, classNames }: ReportData): string | undefined {
  const tested = metrics.classes.filter(({ support }) => support > 0);
  const weakest = tested.reduce((a, b) => (b.recall < a.recall ? b : a));
  if (weakest.recall === 1) return undefined;
  return `Weakest class: ${nameInText(classNames[weakest.label]!)}, with a recall of ${formatPercent(weakest.recall)}.`;
}

function describeConfusions({ metrics, classNames }: ReportData): string | undefined {
  const confusions = metrics.confusionMatrix
    .flatMap((row, label) => row.map((count, predicted) => ({ label, predicted, count })))
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, maxConfusions)
    .map(
      ({ label, predicted, count }) =>
        `${nameInText(classNames[label]!)} predicted as ${nameInText(classNames[predicted]!)} (${formatCount(count)})`,
    );
  return confusions.length === 0 ? undefined : `Most frequent confusions: ${confusions.join(', ')}.`;
}

function describeMostConfidentMistake({ config, metrics, classNames }: ReportData): string | undefined {
  const [worst] = metrics.worstMistakes;
  if (worst === undefined) return undefined;
  const { index, label, predicted, confidence } = worst;
  return `Most confident mistake: ${config.evaluateOn} image ${index}, label ${nameInText(classNames[label]!)}, predicted as ${nameInText(classNames[predicted]!)} with a confidence of ${formatPercent(confidence)}.`;
}
