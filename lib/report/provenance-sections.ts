import { sumSeconds } from '../contracts/results';
import { configuration } from './configuration-section';
import { escapeMarkup } from './escape-markup';
import { formatBytes, formatPercent, formatSeconds } from './format-values';
import { card, factTable, type Markup, section } from './markup-blocks';
import type { ReportData } from './report-data';

/** How the model was made: the lower half of the report. */
export function provenanceSections(data: ReportData): Markup {
  return (
    configuration(data) +
    section(
      'time',
      'Time and environment',
      '',
      `<div class="pair">${card(`<h3>Time by phase</h3>${phaseTable(data)}`)}${card(`<h3>Training environment</h3>${environmentTable(data)}`)}</div>`,
    ) +
    provenance(data)
  );
}

function phaseTable({ phases }: ReportData): Markup {
  const totalSeconds = sumSeconds(phases);
  const rows = phases.map(({ name, seconds }) => {
    const fraction = totalSeconds === 0 ? 0 : seconds / totalSeconds;
    return (
      `<tr><th scope="row">${escapeMarkup(name)}</th><td style="width:50%"><span class="bar" style="width:${(fraction * 100).toFixed(1)}%" title="${formatPercent(fraction, 1)}"></span></td>` +
      `<td class="number">${formatSeconds(seconds)}</td></tr>`
    );
  });
  return `<table><tbody>${rows.join('')}</tbody><tfoot><tr><th scope="row">Total</th><td></td><td class="number">${formatSeconds(totalSeconds)}</td></tr></tfoot></table>`;
}

const engines = { native: 'native TensorFlow', wasm: 'TensorFlow.js on WASM' } as const;

function environmentTable({ environment, peakMemoryBytes }: ReportData): Markup {
  return factTable([
    ['Engine', engines[environment.engine]],
    ['Device', environment.device === 'cpu' ? 'CPU' : escapeMarkup(environment.device)],
    ['Processor', `${escapeMarkup(environment.cpuModel)}, ${environment.cpuCount} cores`],
    ['Platform', escapeMarkup(environment.platform)],
    ['TensorFlow', escapeMarkup(environment.tensorflowVersion)],
    ['TensorFlow.js', escapeMarkup(environment.tfjsVersion)],
    ['Node', escapeMarkup(environment.nodeVersion)],
    ...(peakMemoryBytes === undefined ? [] : [['Peak memory', formatBytes(peakMemoryBytes)] as const]),
  ]);
}

function provenance(data: ReportData): Markup {
  const code = (value: string | number) => `<code>${escapeMarkup(value)}</code>`;
  const { resumeFrom } = data.config;
  const resumedFrom: [string, Markup][] =
    resumeFrom === undefined ? [] : [['Resumed from the checkpoint of', code(resumeFrom)]];
  return section(
    'provenance',
    'Provenance',
    'The same content key, seed and engine give the same weights, byte for byte, on the same machine.',
    card(
      factTable([
        ['Dataset content key', code(data.contentKey)],
        ['Manifest SHA-256', code(data.manifestSha256)],
        ['Seed', code(data.config.seed)],
        ...resumedFrom,
        ['Weights SHA-256', code(data.weightsSha256)],
        ['Pipeline version', code(data.pipelineVersion)],
        ...(data.sourceCommit === undefined ? [] : [['Git commit', code(data.sourceCommit)] as const]),
      ]),
    ),
  );
}
