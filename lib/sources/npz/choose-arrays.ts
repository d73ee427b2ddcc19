import type { Split } from '../../contracts/dataset';
import type { FoundArray } from './find-arrays';

export interface ArrayPair {
  /** `undefined`: to be divided. */
  readonly split: Split | undefined;
  readonly images: FoundArray;
  readonly labels: FoundArray;
}

export interface ChosenArrays {
  readonly pairs: readonly ArrayPair[];
  readonly remarks: readonly string[];
  readonly problems: readonly string[];
}

/** Words of array names, the preferred first. */
const imageWords = ['x', 'images', 'image', 'imgs', 'img', 'pixels', 'data', 'samples', 'features'];
const labelWords = ['y', 'labels', 'label', 'target', 'targets', 'classes', 'class'];
const partWords = {
  train: ['train', 'training'],
  test: ['test', 'testing', 't10k'],
  validation: ['val', 'valid', 'validation'],
} as const;
type Part = keyof typeof partWords;

interface Meaning {
  readonly array: FoundArray;
  readonly part: Part | undefined;
  /** The name without the word of the part. */
  readonly rest: string;
  readonly lastWord: string;
}

function interpret(array: FoundArray): Meaning {
  const words = array.name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const partOf = (word: string) =>
    (Object.keys(partWords) as Part[]).find((part) => (partWords[part] as readonly string[]).includes(word));
  const part = words.map(partOf).find((found) => found !== undefined);
  const rest = words.filter((word) => partOf(word) === undefined);
  return { array, part, rest: rest.join('_'), lastWord: rest.at(-1) ?? '' };
}

/**
 * The arrays of images and labels: those that the settings name, `x_train`, `y_train`, `x_test`, `y_test` and their
 * relatives (`train_images`, `X_test`, `data` and `target`), or the only two.
 */
export function chooseArrays(
  arrays: readonly FoundArray[],
  { imagesColumn, labelsColumn }: { readonly imagesColumn: string; readonly labelsColumn: string },
): ChosenArrays {
  const meanings = arrays.map(interpret);
  const images = findRole(meanings, imagesColumn, imageWords);
  const labels = findRole(meanings, labelsColumn, labelWords);
  const pairOf = (split: Split | undefined, part: Part | undefined): ArrayPair[] => {
    const [image, label] = [images.get(part), labels.get(part)];
    return image === undefined || label === undefined ? [] : [{ split, images: image, labels: label }];
  };
  const train = pairOf('train', 'train');
  const test = pairOf('test', 'test');
  const validation = pairOf('test', 'validation');
  const whole = pairOf(undefined, undefined);
  const remarks: string[] = [];
  if (train.length > 0 && test.length > 0) {
    if (validation.length > 0) remarks.push(leftAside(validation[0]!));
    return { pairs: [...train, ...test], remarks, problems: [] };
  }
  if (train.length > 0 && validation.length > 0) {
    remarks.push(`There are no test images: ${validation[0]!.images.where} takes their place.`);
    return { pairs: [...train, ...validation], remarks, problems: [] };
  }
  const only = train[0] ?? whole[0] ?? findOnlyTwo(meanings, imagesColumn, labelsColumn);
  if (only !== undefined) return { pairs: [{ ...only, split: undefined }], remarks, problems: [] };
  return { pairs: [], remarks, problems: [describeMissing(arrays, imagesColumn, labelsColumn)] };
}

function findRole(
  meanings: readonly Meaning[],
  wanted: string,
  words: readonly string[],
): Map<Part | undefined, FoundArray> {
  const found = new Map<Part | undefined, FoundArray>();
  if (wanted !== '') {
    const exact = meanings.find(({ array }) => array.name === wanted);
    if (exact !== undefined) return found.set(undefined, exact.array);
    const base = interpret({ name: wanted } as FoundArray).rest;
    for (const { array, part, rest } of meanings) if (rest === base) found.set(part, array);
    return found;
  }
  for (const word of [...words].reverse())
    for (const { array, part, lastWord } of meanings) if (lastWord === word) found.set(part, array);
  return found;
}

/** np.savez(file, x, y) names them arr_0 and arr_1. */
function findOnlyTwo(
  meanings: readonly Meaning[],
  imagesColumn: string,
  labelsColumn: string,
): Omit<ArrayPair, 'split'> | undefined {
  if (meanings.length !== 2 || imagesColumn !== '' || labelsColumn !== '') return undefined;
  const [one, two] = meanings.map(({ array }) => array) as [FoundArray, FoundArray];
  const isSecondImages = two.header.shape.length > one.header.shape.length;
  const [images, labels] = isSecondImages ? [two, one] : [one, two];
  return images.header.shape.length === labels.header.shape.length ? undefined : { images, labels };
}

const leftAside = ({ images, labels }: ArrayPair) =>
  `${images.where} and ${labels.where} are left aside, because there are training and test images.`;

function describeMissing(arrays: readonly FoundArray[], imagesColumn: string, labelsColumn: string): string {
  const list = arrays
    .slice(0, 20)
    .map(({ where, header }) => `${where} (${header.descr}, ${header.shape.join('×')})`)
    .join(', ');
  const there = arrays.length === 0 ? 'There is no array' : `There are the arrays ${list}`;
  const wanted =
    imagesColumn === '' && labelsColumn === ''
      ? 'none of them are x_train, y_train, x_test and y_test, nor x and y'
      : `they have no pair for --images-column ${imagesColumn || '(not given)'} and --labels-column ${labelsColumn || '(not given)'}`;
  return `${there}, and ${wanted}. Name the arrays with --images-column and --labels-column.`;
}
