import type { RunConfig } from '../contracts/run-config';
import { holdsOutImages } from '../contracts/validation-data';
import { formatCount, formatPercent } from '../report/format-values';

/** A name and a value, both plain text. */
export type TrainingFact = readonly [name: string, value: string];

/** How a configuration trains, for the report and the model card. What is switched off is left out. */
export function describeTraining(config: RunConfig, heldOutCount?: number): TrainingFact[] {
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['loss', describeLoss(config)],
    ['optimizer', describeOptimizer(config)],
    ['learning rate', describeSchedule(config)],
    ['augmentation', describeAugmentation(config)],
    ['averaged weights', describeAveraging(config)],
    ['validation data', describeValidation(config, heldOutCount)],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function describeLoss({ l2, labelSmoothing }: RunConfig): string {
  const smoothing =
    labelSmoothing === 0
      ? []
      : [`labels smoothed by ${labelSmoothing}: this part of each label is spread evenly over all classes`];
  const penalty = l2 === 0 ? [] : [`l2(${l2}) on the kernels`];
  return ['sparse categorical cross-entropy', ...penalty, ...smoothing].join(', ');
}

function describeOptimizer({ optimizer, momentum, nesterov, weightDecay, clipNorm }: RunConfig): string {
  const momentumText = momentum === 0 ? '' : ` with ${nesterov ? "Nesterov's " : ''}momentum ${momentum}`;
  const names = { adam: 'Adam', adamw: `AdamW with weight decay ${weightDecay}`, sgd: `SGD${momentumText}` };
  return names[optimizer] + (clipNorm === 0 ? '' : `, gradients clipped to a norm of ${clipNorm}`);
}

function describeSchedule({ learningRate, schedule, warmupEpochs }: RunConfig): string {
  const warmup =
    warmupEpochs === 0 ? '' : `, after a linear rise over ${count(warmupEpochs, 'epoch')} of warm-up`;
  switch (schedule) {
    case 'constant':
      return `${learningRate}, constant${warmup}`;
    case 'cosine':
      return `${learningRate}, falling to 0 along a cosine${warmup}`;
    case 'plateau':
      return `${learningRate}, halved after two epochs without a lower validation loss${warmup}`;
    case 'one-cycle':
      return `one cycle: rising to ${learningRate} over the first fifth of the run, then falling to 0 along a cosine`;
  }
}

function describeAugmentation(config: RunConfig): string | undefined {
  const { shiftPixels, rotationDegrees, zoomFraction, shearFraction, elasticPixels, elasticSigma } = config;
  const kinds = [
    [shiftPixels, `shifted by up to ${count(shiftPixels, 'pixel')}`],
    [rotationDegrees, `rotated by up to ${rotationDegrees}°`],
    [zoomFraction, `scaled by up to ±${formatPercent(zoomFraction, 0)}`],
    [shearFraction, `sheared by up to ${shearFraction}`],
    [elasticPixels, `deformed elastically (strength ${elasticPixels}, smoothed by ${elasticSigma} pixels)`],
  ] as const;
  const used = kinds.filter(([size]) => size > 0).map(([, text]) => text);
  return used.length === 0 ? undefined : `each training image is ${used.join(', ')}, anew in every epoch`;
}

function describeAveraging({ emaDecay }: RunConfig): string | undefined {
  return emaDecay === 0
    ? undefined
    : `an exponential moving average (decay ${emaDecay}) of the weights after each training step; the validation values are those of the average`;
}

/** What the validation data was, and whether it chose anything. */
export function describeValidation(config: RunConfig, heldOutCount?: number): string {
  if (holdsOutImages(config)) {
    const share = describeShare(config);
    const images =
      heldOutCount === undefined
        ? `${share} of the training images`
        : `${formatCount(heldOutCount)} training images (${share})`;
    return `${images}, held out with the same share of each label; nothing in the training looked at the test images`;
  }
  const chosen = choicesByValidation(config);
  return chosen === undefined
    ? 'the test images; nothing in this run was chosen by them'
    : `the test images, which chose ${chosen}`;
}

function describeShare({ validationFraction, folds, fold }: RunConfig): string {
  return folds > 0
    ? `fold ${fold} of ${folds}`
    : formatPercent(validationFraction, Number.isInteger(validationFraction * 100) ? 0 : 2);
}

/** What a run chooses by its validation data; `undefined` for nothing. */
export function choicesByValidation({
  patience,
  schedule,
}: Pick<RunConfig, 'patience' | 'schedule'>): string | undefined {
  const choices = [
    ...(patience > 0 ? ['the epoch of the weights'] : []),
    ...(schedule === 'plateau' ? ['when to halve the learning rate'] : []),
  ];
  return choices.length === 0 ? undefined : choices.join(' and ');
}

/** What the training loss contains beside the cross-entropy; the test loss does not. */
export function extraLosses({ l2, labelSmoothing }: Pick<RunConfig, 'l2' | 'labelSmoothing'>): string[] {
  return [...(l2 > 0 ? ['L2 penalty'] : []), ...(labelSmoothing > 0 ? ['label smoothing'] : [])];
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
