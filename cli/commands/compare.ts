import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PermanentError } from '../../lib/contracts/errors';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runIdSchema } from '../../lib/contracts/run-config';
import { renderComparePage } from '../../lib/report/compare-page';
import { type ChangedImages, differingSettings, findChangedImages } from '../../lib/report/compare-runs';
import { type ComparedRun, readComparison } from '../../lib/report/comparison-data';
import { version } from '../../package.json';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';
import type { StoreRequest } from './runs';

interface CompareRequest extends StoreRequest {
  readonly runIds: readonly string[];
  /** One self-contained HTML file; replaced if it is there. */
  readonly pagePath: string;
}

/** Prints the figures of the runs, and writes a page about them. */
export async function compareCommand(
  { store, isJson, runIds, pagePath }: CompareRequest,
  terminal: Terminal,
): Promise<void> {
  const ids = runIds.map((runId) => parseOrThrow(runIdSchema, runId, 'The run id'));
  const data = await readComparison(store, ids);
  await writePage(pagePath, renderComparePage(data, version));
  const changed = findChangedImages(data.runs);
  const lines = isJson ? asJson(data.runs, changed, pagePath) : asText(data.runs, changed, pagePath);
  terminal.print(lines);
}

async function writePage(path: string, page: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, page);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new PermanentError(
      'StoreNotWritable',
      `The page ${JSON.stringify(path)} cannot be written (${code ?? cause}). Name a file in a folder that can be written, as in "--to compare.html".`,
      { cause },
    );
  }
}

function asText(runs: readonly ComparedRun[], changed: ChangedImages | undefined, pagePath: string): string {
  // The column `epochs` says how many were trained.
  const settings = differingSettings(runs).filter(({ name }) => name !== 'epochs');
  const rows = runs.map(({ runId, record, epochs }, index) => [
    runId,
    record.accuracy.toFixed(4),
    String(record.errorCount),
    record.loss.toFixed(4),
    String(epochs.length),
    ...settings.map(({ values }) => values[index]!),
  ]);
  const settingNames = settings.map(({ name }) => name);
  return [
    formatTable([['run', 'accuracy', 'errors', 'loss', 'epochs', ...settingNames], ...rows]),
    '',
    `  test images  ${describeChanges(changed)}`,
    `  page         ${pagePath}`,
  ].join('\n');
}

function describeChanges(changed: ChangedImages | undefined): string {
  if (changed === undefined)
    return 'cannot be compared: other images, or a run without test-predictions.json';
  const { mended, broken, other } = changed;
  return `${mended.length} mended, ${broken.length} broken, ${other.length} answered otherwise`;
}

function asJson(runs: readonly ComparedRun[], changed: ChangedImages | undefined, pagePath: string): string {
  const indexes = changed && {
    mended: changed.mended.map(({ index }) => index),
    broken: changed.broken.map(({ index }) => index),
    other: changed.other.map(({ index }) => index),
  };
  const figures = runs.map(({ runId, record: { accuracy, errorCount, loss } }) => ({
    runId,
    accuracy,
    errorCount,
    loss,
  }));
  const differences = differingSettings(runs);
  return JSON.stringify(
    { runs: figures, differences, changedImages: indexes ?? null, page: pagePath },
    null,
    2,
  );
}
