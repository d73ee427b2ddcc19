import { type ByteImage, imageDataUrl } from './byte-image';
import { nameInCaption, nameInText } from './class-labels';
import { escapeMarkup } from './escape-markup';
import { formatCount, formatPercent } from './format-values';
import { card, type Markup, section } from './markup-blocks';
import type { ReportData } from './report-data';

export function firstImages({ config, predictions, imageOf, classNames }: ReportData): Markup {
  const items = predictions.map(({ index, label, predicted, probabilities }) => {
    const isRight = label === predicted;
    return digit(imageOf(index), {
      alt: describeAnswer(config, index, classNames[label]!, classNames[predicted]!),
      className: isRight ? 'right' : 'wrong',
      answer: `${isRight ? '✓' : '✗'} ${nameInCaption(classNames[predicted]!)}`,
      note: `true ${nameInCaption(classNames[label]!)}`,
      detail: formatPercent(probabilities[predicted] ?? 0, 1),
    });
  });
  const count = predictions.length === 10 ? 'ten' : String(predictions.length);
  return section(
    'first-images',
    `The first ${count} ${config.evaluateOn} images`,
    'The prediction, the true label, and the probability of the prediction.',
    card(`<ul class="digits first">${items.join('')}</ul>`),
  );
}

export function worstMistakes({ config, metrics, imageOf, probabilitiesOf, classNames }: ReportData): Markup {
  const { worstMistakes: mistakes, errorCount } = metrics;
  if (mistakes.length === 0) {
    return section(
      'worst-mistakes',
      'Worst mistakes',
      `None: every ${config.evaluateOn} image was classified correctly.`,
      '',
    );
  }
  const items = mistakes.map(({ index, label, predicted }) =>
    digit(imageOf(index), {
      alt: describeAnswer(config, index, classNames[label]!, classNames[predicted]!),
      className: 'wrong',
      answer: `${nameInCaption(classNames[label]!)} → ${nameInCaption(classNames[predicted]!)}`,
      note: `no. ${index}`,
      detail: '',
      guesses: topThree(probabilitiesOf(index)).map(([label, probability]) => [
        classNames[label]!,
        probability,
      ]),
    }),
  );
  return section(
    'worst-mistakes',
    'Worst mistakes',
    `${mistakes.length} of ${formatCount(errorCount)}, the most confident first: true label → prediction, the row among the ${config.evaluateOn} images, and the three highest probabilities.`,
    card(`<ul class="digits mistakes">${items.join('')}</ul>`),
  );
}

const describeAnswer = (
  { evaluateOn }: ReportData['config'],
  index: number,
  label: string,
  predicted: string,
) =>
  `${evaluateOn === 'test' ? 'Test' : 'Validation'} image ${index}: true label ${nameInText(label)}, predicted ${nameInText(predicted)}`;

interface DigitCaption {
  readonly alt: string;
  readonly className: 'right' | 'wrong';
  readonly answer: Markup;
  readonly note: Markup;
  readonly detail: string;
  /** [name of the class, probability], the most probable first. */
  readonly guesses?: readonly (readonly [name: string, probability: number])[];
}

function digit(
  image: ByteImage,
  { alt, className, answer, note, detail, guesses = [] }: DigitCaption,
): Markup {
  const [height, width] = image.shape;
  return (
    `<li><figure class="${className}"><img alt="${escapeMarkup(alt)}" width="${width}" height="${height}" src="${imageDataUrl(image)}">` +
    `<figcaption><strong>${answer}</strong>${note}${detail === '' ? '' : `<br>${escapeMarkup(detail)}`}${guessList(guesses)}</figcaption></figure></li>`
  );
}

function guessList(guesses: readonly (readonly [string, number])[]): Markup {
  if (guesses.length === 0) return '';
  const items = guesses.map(
    ([name, probability]) =>
      `<li style="--share:${probability.toFixed(3)}"><b>${nameInCaption(name)}</b><span>${formatPercent(probability, 1)}</span></li>`,
  );
  return `<ol class="guesses">${items.join('')}</ol>`;
}

function topThree(probabilities: ArrayLike<number>): (readonly [number, number])[] {
  return Array.from(probabilities, (probability, label) => [label, probability] as const)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, 3);
}
