import { z } from 'zod';

/** Labels are stored as bytes. */
export const maxClasses = 256;

/** Printable, because names are in reports, in tables of a terminal and in exported files. */
const classNameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'a class name has no control characters');

const columnSchema = z.string().max(200);

/** The settings that decide what a dataset becomes when it is prepared. */
export const datasetSettingsShape = {
  /** `mnist`, a folder or file, or `s3://bucket/prefix`. */
  dataset: z.string().min(1).default('mnist'),
  /**
   * Width of the output layer. Labels that are whole numbers below it stay as they are.
   * @default - as many as there are different labels
   */
  classes: z.int().min(2).max(1000).optional(),
  /** Name of each class, in the order of the labels. @default - the source's names, else the labels themselves */
  classNames: z.array(classNameSchema).min(2).max(maxClasses).optional(),
  /** Height and width in pixels to which every image is scaled; 0 keeps the images as they are. */
  imageSize: z.int().min(0).max(4096).default(0),
  /** 1 for gray images, 3 for color images; 0 takes what the images have. */
  channels: z.literal([0, 1, 3]).default(0),
  /** Exchanges black and white. */
  invert: z.boolean().default(false),
  /** Exchanges rows and columns, as the images of EMNIST need it. */
  transpose: z.boolean().default(false),
  /** The value of a pixel that is white; 0 decides by type and range of the values. */
  white: z.number().min(0).max(4_294_967_295).default(0),
  /** Part of the images that becomes the test part of a dataset without one; 0 is 0.2 below 10,000 images, else 0.1. */
  testFraction: z.number().min(0).max(0.5).default(0),
  /** Seeds the division into a training and a test part. */
  splitSeed: z.int().min(0).max(0xffff_ffff).default(1),
  /** `folder` or a column: images with the same value stay in the same part. */
  groupBy: columnSchema.default(''),
  /** Name of the array or column with the images. */
  imagesColumn: columnSchema.default(''),
  /** Name of the array or column with the labels. */
  labelsColumn: columnSchema.default(''),
  /** Leaves out training images that are, pixel for pixel, also in the test part. */
  dropDuplicates: z.boolean().default(false),
  /** How many unreadable images are left out before the dataset is refused. */
  skipUnreadable: z.int().min(0).max(1_000_000).default(0),
};

export const datasetSettingsSchema = z.strictObject(datasetSettingsShape);
export type DatasetSettings = Readonly<z.infer<typeof datasetSettingsSchema>>;

type GivenClasses = Pick<DatasetSettings, 'classes' | 'classNames'>;

/** Settings of the classes that cannot be used together, with the reason. */
export function findClassContradictions({
  classes,
  classNames,
}: GivenClasses): { readonly name: keyof GivenClasses; readonly problem: string }[] {
  const problems: { name: keyof GivenClasses; problem: string }[] = [];
  if (classes !== undefined && classes > maxClasses)
    problems.push({ name: 'classes', problem: `at most ${maxClasses} classes are possible` });
  if (classNames === undefined) return problems;
  const repeated = classNames.find((name, index) => classNames.indexOf(name) !== index);
  if (repeated !== undefined)
    problems.push({
      name: 'classNames',
      problem: `the name ${JSON.stringify(repeated)} is there twice; every class needs a name of its own`,
    });
  if (classes !== undefined && classes !== classNames.length)
    problems.push({
      name: 'classNames',
      problem: `there are ${classNames.length} names for ${classes} classes; give as many names as classes, or leave classes out`,
    });
  return problems;
}
