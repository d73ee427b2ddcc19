import { z } from 'zod';
import { classNamesSchema } from './class-names-schema';
import { runIdSchema } from './run-config';

/**
 * `test-predictions.json`: the prediction for every test image, column by column, to compare two runs image by image.
 * Entry `i` of each list is row `i` of the test set.
 */
export const testPredictionsSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    runId: runIdSchema,
    /** Equal content keys mean the same test images in the same order. */
    contentKey: z.string(),
    /** Absent: the test images. The run's settings say which training images are its validation images. */
    evaluatedOn: z.literal('validation').optional(),
    /** Of the classes 0, 1, … Absent in runs of earlier versions. */
    classNames: classNamesSchema.optional(),
    labels: z.array(z.int().min(0)).min(1),
    predicted: z.array(z.int().min(0)),
    /** Probability of the prediction, to five decimals. */
    confidence: z.array(z.number().min(0).max(1)),
  })
  .refine(
    ({ labels, predicted, confidence }) =>
      labels.length === predicted.length && labels.length === confidence.length,
    'labels, predicted and confidence must be of the same length',
  );
export type TestPredictions = z.infer<typeof testPredictionsSchema>;
