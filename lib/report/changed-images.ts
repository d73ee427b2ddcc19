import { type ByteImage, imageDataUrl } from './byte-image';
import { nameInCaption, nameInText } from './class-labels';
import { type ChangedImage, findChangedImages } from './compare-runs';
import type { ComparisonData } from './comparison-data';
import { escapeMarkup } from './escape-markup';
import { formatCount, formatPercent } from './format-values';
import { card, type Markup, section } from './markup-blocks';

/** With more runs than this, equal predictions are counted instead of listed. */
const maxListedRuns = 6;
/** Shown for each kind; the count above them includes those not shown. */
const maxImages = 60;

/** The test images for which the runs predict different classes. */
export function changedImages({ runs, imageOf }: ComparisonData): Markup {
  const heading = 'Test images that changed';
  const changed = findChangedImages(runs);
  if (changed === undefined) {
    const note =
      'Unknown: the runs have different test images, or one of them comes from a version that did not store predictions.';
    return section('changed-images', heading, note, '');
  }
  const { fixed, regressed, other } = changed;
  // Runs with the same test images have the same classes.
  const { classNames } = runs[0]!;
  const total = fixed.length + regressed.length + other.length;
  const ends = `from ${runs[0]!.runId} to ${runs.at(-1)!.runId}`;
  const groups = (
    [
      [`Fixed ${ends}`, fixed],
      [`Regressed ${ends}`, regressed],
      ['Other disagreements', other],
    ] as const
  ).map(([name, images]) => imageGroup(name, images, classNames, imageOf));
  return section(
    'changed-images',
    heading,
    `The runs predict different classes for ${formatCount(total)} of ${formatCount(runs[0]!.record.testCount)} test images: ${formatCount(fixed.length)} fixed, ${formatCount(regressed.length)} regressed, ${formatCount(other.length)} other. Under each image: its true label, its row in the test set, and ${runs.length > maxListedRuns ? 'each prediction with the number of runs that made it' : 'the predictions in the order of the runs, with their confidence'}. The most confident disagreements come first.`,
    groups.join(''),
  );
}

function imageGroup(
  name: string,
  images: readonly ChangedImage[],
  classNames: readonly string[],
  imageOf: ((index: number) => ByteImage) | undefined,
): Markup {
  if (images.length === 0) return '';
  const some = images.length > maxImages ? `, the first ${maxImages} shown` : '';
  const items = images
    .slice(0, maxImages)
    .map((image) => changedItem(image, classNames, imageOf?.(image.index)));
  return card(
    `<h3>${escapeMarkup(name)}: ${formatCount(images.length)}${some}</h3><ul class="digits mistakes">${items.join('')}</ul>`,
  );
}

function changedItem(
  { index, label, answers }: ChangedImage,
  classNames: readonly string[],
  pixels: ByteImage | undefined,
): Markup {
  const image =
    pixels === undefined
      ? ''
      : `<img alt="${escapeMarkup(`Test image ${index}: true label ${nameInText(classNames[label]!)}`)}" width="${pixels.shape[1]}" height="${pixels.shape[0]}" src="${imageDataUrl(pixels)}">`;
  const lines =
    answers.length > maxListedRuns
      ? countedAnswers(answers, label, classNames)
      : listedAnswers(answers, label, classNames);
  return `<li><figure>${image}<figcaption><strong>${nameInCaption(classNames[label]!)}</strong>no. ${index}<ol class="guesses answers">${lines.join('')}</ol></figcaption></figure></li>`;
}

/** One line for each run. */
function listedAnswers(
  answers: ChangedImage['answers'],
  label: number,
  classNames: readonly string[],
): Markup[] {
  return answers.map(({ predicted, confidence }, run) => {
    const swatch = `<span class="swatch run-${run + 1}" aria-hidden="true"></span>`;
    return answerLine(
      predicted === label,
      `${swatch}${mark(predicted === label, classNames[predicted]!)}`,
      formatPercent(confidence, 1),
    );
  });
}

/** One line for each prediction, with the number of runs that made it, the most frequent first. */
function countedAnswers(
  answers: ChangedImage['answers'],
  label: number,
  classNames: readonly string[],
): Markup[] {
  const counts = new Map<number, number>();
  for (const { predicted } of answers) counts.set(predicted, (counts.get(predicted) ?? 0) + 1);
  return [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || a - b)
    .map(([predicted, count]) =>
      answerLine(
        predicted === label,
        mark(predicted === label, classNames[predicted]!),
        `${count} ${count === 1 ? 'run' : 'runs'}`,
      ),
    );
}

const mark = (isRight: boolean, name: string): Markup => `${isRight ? '✓' : '✗'} ${nameInCaption(name)}`;

const answerLine = (isRight: boolean, answer: Markup, note: string): Markup =>
  `<li class="${isRight ? 'right' : 'wrong'}"><b>${answer}</b><span>${note}</span></li>`;
