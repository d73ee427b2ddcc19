/** A number of images, and the names of some. */
interface CountedImages {
  readonly count: number;
  readonly examples: readonly string[];
}

export interface PreparedImages {
  /** Training images that are also test images. */
  readonly duplicates: CountedImages;
  readonly unreadable: readonly { readonly name: string }[];
  /** Whether the duplicates were left out. */
  readonly dropDuplicates: boolean;
  /** Of each part; unknown for a dataset that was prepared earlier. */
  readonly constant?: readonly CountedImages[];
}

const maxListed = 3;

/** What is odd about the images of a prepared dataset, each a sentence. */
export function remarkOnImages({
  duplicates,
  unreadable,
  dropDuplicates,
  constant = [],
}: PreparedImages): string[] {
  const constantCount = constant.reduce((sum, { count }) => sum + count, 0);
  const constantNames = constant.flatMap(({ examples }) => examples);
  return [
    ...(unreadable.length === 0
      ? []
      : [
          `${count(unreadable.length, 'image')} cannot be read and ${is(unreadable.length)} left out: ${list(unreadable.map(({ name }) => name))}.`,
        ]),
    ...(constantCount === 0
      ? []
      : [
          `${count(constantCount, 'image')} ${has(constantCount)} the same value everywhere: ${list(constantNames, constantCount)}.`,
        ]),
    ...(duplicates.count === 0 ? [] : [describeDuplicates(duplicates, dropDuplicates)]),
  ];
}

function describeDuplicates({ count: total, examples }: CountedImages, isDropped: boolean): string {
  const what = `${count(total, 'training image')} ${is(total)} also in the test part, value for value (${list(examples, total, '; ')})`;
  return isDropped
    ? `${what}: the training leaves ${total === 1 ? 'it' : 'them'} out.`
    : `${what}: the test accuracy is too high by what the model knows by heart. --drop-duplicates leaves ${total === 1 ? 'it' : 'them'} out of the training.`;
}

const count = (number: number, noun: string) =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
const is = (number: number) => (number === 1 ? 'is' : 'are');
const has = (number: number) => (number === 1 ? 'has' : 'have');

function list(names: readonly string[], total = names.length, separator = ', '): string {
  const shown = names.slice(0, maxListed);
  const more = total > shown.length ? [`and ${(total - shown.length).toLocaleString('en')} more`] : [];
  return [...shown, ...more].join(separator);
}
