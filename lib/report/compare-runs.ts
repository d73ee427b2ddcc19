import { effectiveSettings, settingNames } from '../contracts/effective-settings';
import { type McNemarTest, testMcNemar } from '../evaluation/mcnemar';
import type { PredictionColumns } from '../evaluation/test-predictions';
import { type ComparedRun, isSameTestSet } from './comparison-data';
import { formatSetting } from './format-values';

/** A row of the comparison: one value for each run, in their order. */
export interface ComparedValue {
  readonly name: string;
  readonly values: readonly string[];
}

/** A setting that a run does not use, such as the filters of a perceptron. */
const withoutEffect = '–';

/** The settings in which the runs differ, in the order of the configuration. */
export function differingSettings(runs: readonly ComparedRun[]): ComparedValue[] {
  const used = runs.map(({ record }) => new Set(effectiveSettings(record.config)));
  const names = settingNames.filter((name) => used.some((each) => each.has(name)));
  return keepDiffering(
    names.map((name) => ({
      name,
      values: runs.map(({ record }, index) =>
        used[index]!.has(name) ? formatSetting(record.config[name]) : withoutEffect,
      ),
    })),
  );
}

/** The data, engine, machine and versions in which the runs differ. */
export function differingEnvironment(runs: readonly ComparedRun[]): ComparedValue[] {
  const row = (name: string, pick: (run: ComparedRun['record']) => string | number) => ({
    name,
    values: runs.map(({ record }) => String(pick(record))),
  });
  return keepDiffering([
    row('dataset content', ({ dataset }) => dataset.contentKey),
    row('engine', ({ environment }) => environment.engine),
    row('device', ({ environment }) => environment.device),
    row('TensorFlow', ({ environment }) => environment.tensorflowVersion),
    row('processor', ({ environment }) => `${environment.cpuModel}, ${environment.cpuCount} cores`),
    row('platform', ({ environment }) => environment.platform),
    row('Node', ({ environment }) => environment.nodeVersion),
    row('pipeline version', ({ pipelineVersion }) => pipelineVersion),
  ]);
}

const keepDiffering = (rows: readonly ComparedValue[]) =>
  rows.filter(({ values }) => new Set(values).size > 1);

/** A test image for which the runs predict different classes. */
export interface ChangedImage {
  readonly index: number;
  readonly label: number;
  /** One for each run, in their order. */
  readonly answers: readonly { readonly predicted: number; readonly confidence: number }[];
}

export interface ChangedImages {
  /** Wrong in the first run, right in the last. */
  readonly fixed: readonly ChangedImage[];
  /** Right in the first run, wrong in the last. */
  readonly regressed: readonly ChangedImage[];
  /** Every other disagreement. */
  readonly other: readonly ChangedImage[];
}

/**
 * The test images for which the runs predict different classes, sorted by the product of the confidences: the most
 * confident disagreements first.
 *
 * @returns `undefined` if they are unknown: the runs have different test images, or one has no `test-predictions.json`.
 */
export function findChangedImages(runs: readonly ComparedRun[]): ChangedImages | undefined {
  const columns = runs.flatMap(({ testPredictions }) => testPredictions ?? []);
  if (!isSameTestSet(runs) || columns.length < runs.length) return undefined;
  const changed = {
    fixed: [] as ChangedImage[],
    regressed: [] as ChangedImage[],
    other: [] as ChangedImage[],
  };
  columns[0]!.labels.forEach((label, index) => {
    const answers = columns.map(({ predicted, confidence }) => ({
      predicted: predicted[index]!,
      confidence: confidence[index]!,
    }));
    if (new Set(answers.map(({ predicted }) => predicted)).size === 1) return;
    const wasRight = answers[0]!.predicted === label;
    const isRight = answers.at(-1)!.predicted === label;
    const kind = wasRight === isRight ? 'other' : isRight ? 'fixed' : 'regressed';
    changed[kind].push({ index, label, answers });
  });
  for (const images of Object.values(changed)) images.sort(byImportance);
  return changed;
}

const importance = ({ answers }: ChangedImage) =>
  answers.reduce((product, { confidence }) => product * confidence, 1);
const byImportance = (a: ChangedImage, b: ChangedImage) => importance(b) - importance(a) || a.index - b.index;

/** A run compared with the first one. */
export interface Difference {
  /** Accuracy minus the first run's, in [-1, 1]. */
  readonly accuracyGain: number;
  /** Absent if the two were not tested on the same images. */
  readonly test?: McNemarTest;
}

/** Compares each run with the first one, and the first with itself. */
export function compareWithFirst(runs: readonly ComparedRun[]): Difference[] {
  const [first] = runs;
  return runs.map((run) => {
    const testPredictions = isSameTestSet([first!, run]) ? run.testPredictions : undefined;
    return differenceBetween(
      { accuracy: first!.record.accuracy, testPredictions: first!.testPredictions },
      { accuracy: run.record.accuracy, testPredictions },
    );
  });
}

interface TestedRun {
  readonly accuracy: number;
  /** Absent if unknown, or if the other run was tested on other images. */
  readonly testPredictions?: PredictionColumns | undefined;
}

export function differenceBetween(before: TestedRun, after: TestedRun): Difference {
  const [answersBefore, answersAfter] = [before.testPredictions, after.testPredictions];
  return {
    accuracyGain: after.accuracy - before.accuracy,
    ...(answersBefore && answersAfter && { test: compareAnswers(answersBefore, answersAfter) }),
  };
}

/** McNemar's test on the answers of two runs to the same test images. */
function compareAnswers(before: PredictionColumns, after: PredictionColumns): McNemarTest {
  let fixedCount = 0;
  let regressedCount = 0;
  for (const [row, label] of before.labels.entries()) {
    const wasRight = before.predicted[row] === label;
    const isRight = after.predicted[row] === label;
    if (isRight && !wasRight) fixedCount += 1;
    if (wasRight && !isRight) regressedCount += 1;
  }
  return testMcNemar(fixedCount, regressedCount);
}

/** The fraction of each label's test images that a run classifies correctly; undefined for labels without images. */
export function recallByClass({ labels, predicted }: PredictionColumns): (number | undefined)[] {
  const counts: { right: number; all: number }[] = [];
  for (const [row, label] of labels.entries()) {
    counts[label] ??= { right: 0, all: 0 };
    counts[label].all += 1;
    if (predicted[row] === label) counts[label].right += 1;
  }
  return Array.from(counts, (count) => (count === undefined ? undefined : count.right / count.all));
}
