import { escapeMarkup } from './escape-markup';
import { formatPercent } from './format-values';
import { provenanceSections } from './provenance-sections';
import type { ReportData } from './report-data';
import { reportStyles } from './report-styles';
import { resultSections } from './result-sections';

/** Nothing may be fetched, not even by mistake: styles and pictures are inside the page, scripts there are none. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** One HTML file that opens from disk, without a network. */
export function renderReportPage(data: ReportData): string {
  const title = `${formatPercent(data.metrics.accuracy)} · ${data.runId} · ${data.config.modelName}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(contentPolicy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeMarkup(title)}</title>`,
    `<style>${reportStyles}</style>`,
    '</head>',
    '<body>',
    '<main>',
    resultSections(data),
    provenanceSections(data),
    `<footer>Written by mnist-pipeline ${escapeMarkup(data.pipelineVersion)}. Everything shown here is in this file.</footer>`,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
