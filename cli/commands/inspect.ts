import { printableNames } from '../../lib/contracts/class-names';
import { datasetSettingsSchema } from '../../lib/contracts/dataset-settings';
import { parseOrThrow } from '../../lib/contracts/parse';
import { type Inspection, inspectDataset } from '../../lib/dataset/inspect-dataset';
import { formatCount } from '../../lib/report/format-values';
import {
  describeScale,
  describeShape,
  describeValues,
  renderInspectPage,
  sum,
} from '../../lib/report/inspect-page';
import { version } from '../../package.json';
import { formatTable } from '../display/table';
import { flagOf } from '../flag-values';
import { openInBrowser } from '../open-in-browser';
import type { Terminal } from '../terminal';
import { writePage } from '../write-page';

interface InspectRequest {
  /** Settings of the dataset, as given. */
  readonly settings: Readonly<Record<string, unknown>> & { readonly dataset: string };
  /** @default from the name of the dataset */
  readonly pagePath: string | undefined;
  readonly isOpened: boolean;
  readonly isJson: boolean;
}

/** Prints what a dataset has, and writes a page with examples of each class. Nothing is prepared. */
export async function inspectCommand(
  { settings, pagePath, isOpened, isJson }: InspectRequest,
  terminal: Terminal,
): Promise<void> {
  const what = 'The settings given on the command line ("mnist-pipeline help inspect" lists them)';
  const checked = parseOrThrow(datasetSettingsSchema, settings, what, 'InvalidInput', flagOf);
  const inspection = await inspectDataset(checked);
  const page = pagePath ?? `inspect-${slugOf(settings.dataset)}.html`;
  await writePage(page, renderInspectPage(inspection, version), ' with --out');
  terminal.print(isJson ? asJson(inspection, page) : asText(inspection, page, terminal));
  if (isOpened && !(await openInBrowser(page)))
    terminal.report({ type: 'note', message: 'There is no display here: open this file in a browser.' });
}

function slugOf(dataset: string): string {
  const last = dataset.split(/[/\\]/).findLast((segment) => /[\p{L}\p{N}]/u.test(segment)) ?? 'dataset';
  return last
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
}

/** Longer tables are in the page. */
const maxRows = 50;

function asText(inspection: Inspection, page: string, { styles }: Terminal): string {
  const { location, description, counts, classNames, hasTestPart, remarks } = inspection;
  const test = `${formatCount(sum(counts.test))} test images${hasTestPart ? '' : ', drawn from all'}`;
  const facts = formatTable([
    ['dataset', `${location}: ${description}`],
    ['images', `${formatCount(sum(counts.train))} training images, ${test}`],
    ['size', describeShape(inspection)],
    ['values', `${describeValues(inspection)}; ${describeScale(inspection)}`],
    ['page', page],
  ]);
  const names = printableNames(classNames);
  const table = formatTable(
    [
      ['class', 'training', 'test'],
      ...names
        .slice(0, maxRows)
        .map((name, label) => [name, formatCount(counts.train[label]!), formatCount(counts.test[label]!)]),
    ],
    { alignRight: [1, 2], style: (cell, row) => (row === 0 ? styles.bold(cell) : cell) },
  );
  const more = names.length > maxRows ? [`  … and ${names.length - maxRows} more classes`] : [];
  return [facts, '', table, ...more, ...remarks.flatMap((remark) => ['', remark])].join('\n');
}

function asJson({ examples, ...inspection }: Inspection, page: string): string {
  return JSON.stringify({ ...inspection, page }, null, 2);
}
