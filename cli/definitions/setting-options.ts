import { Option } from 'commander';
import { presetNames } from '../../lib/contracts/presets';
import { numberOrText, numbersOrTexts, textsOf } from '../flag-values';

/** An option whose value the schema of the configuration checks, as it does for a config file. */
export class SettingOption extends Option {
  constructor(
    flags: string,
    description: string,
    /** The allowed values, for the completion of a shell. */
    readonly completions: readonly string[] = [],
  ) {
    super(flags, description);
  }
}

/** What the help says of a setting; the schema of the configuration decides. */
interface SettingHelp {
  readonly flags: string;
  readonly description: string;
  /** As the help shows it. */
  readonly byDefault?: string;
  readonly parse?: (text: string) => unknown;
  readonly choices?: readonly string[];
}

interface SettingGroup {
  readonly title: string;
  readonly settings: readonly SettingHelp[];
}

/** Every setting of the run, named as in the configuration. */
const settingGroups: readonly SettingGroup[] = [
  {
    title: 'Data:',
    settings: [
      {
        flags: '--dataset <source>',
        description: 'mnist, a folder with four IDX files, or s3://bucket/prefix',
        byDefault: 'mnist',
      },
      {
        flags: '--classes <count>',
        description: 'the number of classes; labels from 0 to count - 1 are kept',
        byDefault: 'as many as there are different labels',
        parse: numberOrText,
      },
      {
        flags: '--class-names <names>',
        description: 'cat,dog: in the order of the labels',
        byDefault: 'those of the dataset, else the labels',
        parse: textsOf,
      },
      {
        flags: '--image-size <pixels>',
        description: 'scale every image to this height and width; 0 keeps them',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--channels <count>',
        description: '1 for gray, 3 for color; 0 for what the images have',
        byDefault: '0',
        parse: numberOrText,
        choices: ['0', '1', '3'],
      },
      {
        flags: '--invert',
        description: 'exchange black and white',
        byDefault: 'off',
      },
      {
        flags: '--transpose',
        description: 'exchange rows and columns, as EMNIST needs it',
        byDefault: 'off',
      },
      {
        flags: '--white <value>',
        description: 'the value of a white pixel; 0 decides by type and range',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--test-fraction <fraction>',
        description: 'without a test part: how much becomes one; 0 is 0.2 below 10,000 images, else 0.1',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--split-seed <integer>',
        description: 'without a test part: draws the images of one',
        byDefault: '1',
        parse: numberOrText,
      },
      {
        flags: '--group-by <column>',
        description: 'folder or a column: images with the same value stay in one part',
        byDefault: 'none',
      },
      {
        flags: '--images-column <name>',
        description: 'the array or column with the images',
        byDefault: 'found by its content',
      },
      {
        flags: '--labels-column <name>',
        description: 'the array or column with the labels',
        byDefault: 'found by its content',
      },
      {
        flags: '--drop-duplicates',
        description: 'leave out training images that the test part has too',
        byDefault: 'off',
      },
      {
        flags: '--skip-unreadable <images>',
        description: 'how many unreadable images are left out; one more refuses the dataset',
        byDefault: '0',
        parse: numberOrText,
      },
    ],
  },
  {
    title: 'Model:',
    settings: [
      {
        flags: '--model <network>',
        description:
          'mlp (a perceptron), cnn (a convolutional network), or a file: .h5, .keras, or .json of Keras or TensorFlow.js',
        byDefault: 'mlp',
        choices: ['mlp', 'cnn'],
      },
      {
        flags: '--hidden <units>',
        description: 'mlp: units of the hidden layers',
        byDefault: '1024,512,256',
        parse: numbersOrTexts,
      },
      {
        flags: '--filters <counts>',
        description: 'cnn: filters of the convolutions of each block',
        byDefault: '24,48,96',
        parse: numbersOrTexts,
      },
      {
        flags: '--dropout <fraction>',
        description: 'mlp: dropped before every dense layer; cnn: before the last one',
        byDefault: '0.1',
        parse: numberOrText,
      },
      {
        flags: '--l2 <factor>',
        description: 'kernel regularization, for example 0.0003',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--model-name <name>',
        description: 'the name to register under; mnist-cnn for cnn, mnist-custom for a file',
        byDefault: 'mnist-mlp',
      },
    ],
  },
  {
    title: 'Training:',
    settings: [
      {
        flags: '--epochs <count>',
        description: 'passes over the training images',
        byDefault: '10',
        parse: numberOrText,
      },
      {
        flags: '--batch-size <images>',
        description: 'images per training step',
        byDefault: '512',
        parse: numberOrText,
      },
      {
        flags: '--optimizer <name>',
        description: 'adam, adamw or sgd',
        byDefault: 'adam',
        choices: ['adam', 'adamw', 'sgd'],
      },
      {
        flags: '--learning-rate <rate>',
        description: 'step size of the optimizer',
        byDefault: '0.001',
        parse: numberOrText,
      },
      {
        flags: '--momentum <fraction>',
        description: 'sgd: the part of a step that is added to the next',
        byDefault: '0.9',
        parse: numberOrText,
      },
      {
        flags: '--nesterov',
        description: "sgd: Nesterov's momentum",
        byDefault: 'off',
      },
      {
        flags: '--weight-decay <factor>',
        description: 'adamw: how fast weights shrink',
        byDefault: '0.004',
        parse: numberOrText,
      },
      {
        flags: '--schedule <name>',
        description: 'of the learning rate: constant, cosine, plateau or one-cycle',
        byDefault: 'constant',
        choices: ['constant', 'cosine', 'plateau', 'one-cycle'],
      },
      {
        flags: '--warmup-epochs <epochs>',
        description: 'epochs in which the learning rate rises from 0',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--label-smoothing <fraction>',
        description: 'part of a label that is spread over all classes',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--ema-decay <fraction>',
        description: 'average of the weights, for example 0.999; 0 for none',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--clip-norm <limit>',
        description: 'the largest norm of all gradients together; 0 for no limit',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--validation-fraction <fraction>',
        description: 'part of the training images to validate on; 0 for the test set',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--folds <count>',
        description: 'cross-validation: parts of the training images, one to validate on; 0 for none',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--fold <number>',
        description: 'the part to validate on, from 1; with --folds',
        byDefault: '1',
        parse: numberOrText,
      },
      {
        flags: '--evaluate-on <images>',
        description: 'test, or validation: the run never meets the test images and is not registered',
        byDefault: 'test',
      },
      {
        flags: '--shuffle-window <images>',
        description: 'images in memory and shuffled together; 0 for all, or as many as fit',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--patience <epochs>',
        description: 'early stopping: epochs without a lower validation loss; 0 for none',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--checkpoint-steps <steps>',
        description: 'training steps between checkpoints; 0 for one per epoch',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--seed <integer>',
        description: 'of weights, shuffles, dropout, augmentation and held out images',
        byDefault: '1',
        parse: numberOrText,
      },
      {
        flags: '--engine <name>',
        description: 'auto, native or wasm',
        byDefault: 'auto',
        choices: ['auto', 'native', 'wasm'],
      },
      {
        flags: '--device <name>',
        description: 'auto, cpu or gpu',
        byDefault: 'auto',
        choices: ['auto', 'cpu', 'gpu'],
      },
      {
        flags: '--resume-from <runId>',
        description: 'start from the newest checkpoint of another run with the same settings',
      },
    ],
  },
  {
    title: 'Augmentation of the training images:',
    settings: [
      {
        flags: '--shift-pixels <pixels>',
        description: 'shift by up to this',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--rotation-degrees <degrees>',
        description: 'rotate by up to this',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--zoom-fraction <fraction>',
        description: 'scale by 1 plus or minus up to this',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--shear-fraction <fraction>',
        description: 'shear by up to this',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--elastic-pixels <pixels>',
        description: 'strength of elastic deformations, for example 34',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--elastic-sigma <pixels>',
        description: 'how smooth elastic deformations are',
        byDefault: '4',
        parse: numberOrText,
      },
    ],
  },
  {
    title: 'Quality and cost:',
    settings: [
      {
        flags: '--min-accuracy <fraction>',
        description: 'the quality gate: the minimum test accuracy',
        byDefault: '0',
        parse: numberOrText,
      },
      {
        flags: '--max-cost-usd <dollars>',
        description: 'with --cloud: what the training machine may cost; 0 for no limit',
        byDefault: '0',
        parse: numberOrText,
      },
    ],
  },
];

/** Not a setting: the settings that it stands for are stored. */
export const presetOption = () =>
  new SettingOption('--preset <name>', 'named settings, which other settings override', presetNames);

export interface SettingOptionGroup {
  readonly title: string;
  readonly options: readonly SettingOption[];
}

/**
 * The settings as options, without a default value: only given settings are sent to AWS or override a config file. The
 * default is a part of the description.
 */
export function settingOptionGroups(): SettingOptionGroup[] {
  return settingGroups.map(({ title, settings }) => ({
    title,
    options: settings.map(({ flags, description, byDefault, parse, choices }) => {
      const text = byDefault === undefined ? description : `${description} (default: ${byDefault})`;
      const option = new SettingOption(flags, text, choices);
      return parse === undefined ? option : option.argParser(parse);
    }),
  }));
}

/** What a sweep or its trials set themselves, or what has no meaning for several runs. */
const ownOfSweeps = ['resumeFrom', 'maxCostUsd', 'folds', 'fold', 'evaluateOn'];

/** Those of all trials of a sweep. */
export function sweptSettingGroups(): SettingOptionGroup[] {
  return settingOptionGroups().map(({ title, options }) => ({
    title,
    options: options.filter((option) => !ownOfSweeps.includes(option.attributeName())),
  }));
}

/** Those of the dataset, for a command that has the dataset itself as an argument. */
export function datasetOptions(): SettingOption[] {
  const [data] = settingOptionGroups();
  return data!.options.filter((option) => option.attributeName() !== 'dataset');
}
