import { escapeMarkup } from './escape-markup';
import type { Markup } from './markup-blocks';
import { pagePolicy, pageScript } from './page-script';
import { reportStyles } from './report-styles';

export interface FrameOptions {
  readonly refreshSeconds?: number;
  /** What a page has beside the script and the styles of all pages. Its script reloads the page by itself. */
  readonly script?: string;
  readonly styles?: string;
}

/** One HTML file that opens from disk, without a network. */
export function framePage(
  title: string,
  body: Markup,
  pipelineVersion: string,
  { refreshSeconds, script, styles = '' }: FrameOptions = {},
): string {
  const scripts = [pageScript, ...(script === undefined ? [] : [script])];
  return [
    '<!doctype html>',
    `<html lang="en"${refreshSeconds === undefined ? '' : ` data-refresh-seconds="${refreshSeconds}"`}>`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(pagePolicy(scripts))}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    ...refreshMarkup(refreshSeconds, script !== undefined),
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeMarkup(title)}</title>`,
    `<style>${reportStyles}${styles}</style>`,
    '</head>',
    '<body>',
    '<main>',
    body,
    `<footer>Written by mnist-pipeline ${escapeMarkup(pipelineVersion)}. Everything shown here is in this file.</footer>`,
    '</main>',
    ...scripts.map((each) => `<script>${each}</script>`),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function refreshMarkup(seconds: number | undefined, hasScript: boolean): Markup[] {
  if (seconds === undefined) return [];
  const meta = `<meta http-equiv="refresh" content="${seconds}">`;
  return [hasScript ? `<noscript>${meta}</noscript>` : meta];
}
