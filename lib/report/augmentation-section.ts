import { type ByteImage, imageDataUrl } from './byte-image';
import { card, type Markup, section } from './markup-blocks';
import type { ReportData } from './report-data';

/** Only for runs with augmentation. */
export function augmentation({ augmentedExamples: examples = [] }: ReportData): Markup {
  if (examples.length === 0) return '';
  const items = examples.map(
    ({ original, versions }, row) =>
      `<li><figure>${image(`Training image ${row}`, original)}${image(`Training image ${row} as it was augmented, five times`, versions, 'versions')}</figure></li>`,
  );
  return section(
    'augmentation',
    'Augmentation',
    'Every epoch trains on another version of each image. Above, the first training images; below, their versions of epochs 1 to 5.',
    card(`<ul class="digits first">${items.join('')}</ul>`),
  );
}

function image(alt: string, picture: ByteImage, className = 'original'): Markup {
  const [height, width] = picture.shape;
  return `<img class="${className}" alt="${alt}" width="${width}" height="${height}" src="${imageDataUrl(picture)}">`;
}
