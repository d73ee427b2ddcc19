import { type ByteImage, imageDataUrl } from './byte-image';
import { type ChangedImage, findChangedImages } from './compare-runs';
import type { ComparisonData } from './comparison-data';
import { escapeMarkup } from './escape-markup';
import { formatCount, formatPercent } from './format-values';
import { card, type Markup, section } from './markup-blocks';

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
  const total = fixed.length + regressed.length + other.length;
  const ends = `from ${runs[0]!.runId} to ${runs.at(-1)!.runId}`;
  const groups = (
    [
      [`Fixed ${ends}`, fixed],
      [`Regressed ${ends}`, regressed],
      ['Other disagreements', other],
    ] as const
  ).map(([name, images]) => imageGroup(name, images, imageOf));
  return section(
    'changed-images',
    heading,
    `The runs predict different classes for ${formatCount(total)} of ${formatCount(runs[0]!.record.testCount)} test images: ${formatCount(fixed.length)} fixed, ${formatCount(regressed.length)} regressed, ${formatCount(other.length)} other. Under each image: its true label, its row in the test set, and the predictions in the order of the runs, with their confidence. The most confident disagreements come first.`,
    groups.join(''),
  );
}

function imageGroup(
  name: string,
  images: readonly ChangedImage[],
  imageOf: ((index: number) => ByteImage) | undefined,
): Markup {
  if (images.length === 0) return '';
  const some = images.length > maxImages ? `, the first ${maxImages} shown` : '';
  const items = images.slice(0, maxImages).map((image) => changedItem(image, imageOf?.(image.index)));
  return card(
    `<h3>${escapeMarkup(name)}: ${formatCount(images.length)}${some}</h3><ul class="digits mistakes">${items.join('')}</ul>`,
  );
}

function changedItem({ index, label, answers }: ChangedImage, pixels: ByteImage | undefined): Markup {
  const image =
    pixels === undefined
      ? ''
      : `<img alt="Test image ${index}: true label ${label}" width="${pixels.shape[1]}" height="${pixels.shape[0]}" src="${imageDataUrl(pixels)}">`;
  const lines = answers.map(
    ({ predicted, confidence }, run) =>
      `<li class="${predicted === label ? 'right' : 'wrong'}"><b><span class="swatch run-${run + 1}" aria-hidden="true"></span>${predicted === label ? '✓' : '✗'} ${predicted}</b><span>${formatPercent(confidence, 1)}</span></li>`,
  );
  return `<li><figure>${image}<figcaption><strong>${label}</strong>no. ${index}<ol class="guesses answers">${lines.join('')}</ol></figcaption></figure></li>`;
}
