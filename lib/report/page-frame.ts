import { escapeMarkup } from './escape-markup';
import type { Markup } from './markup-blocks';
import { pagePolicy, pageScript } from './page-script';
import { reportStyles } from './report-styles';

/** One HTML file that opens from disk, without a network. */
export function framePage(
  title: string,
  body: Markup,
  pipelineVersion: string,
  { refreshSeconds }: { readonly refreshSeconds?: number } = {},
): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(pagePolicy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    ...(refreshSeconds === undefined ? [] : [`<meta http-equiv="refresh" content="${refreshSeconds}">`]),
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeMarkup(title)}</title>`,
    `<style>${reportStyles}</style>`,
    '</head>',
    '<body>',
    '<main>',
    body,
    `<footer>Written by mnist-pipeline ${escapeMarkup(pipelineVersion)}. Everything shown here is in this file.</footer>`,
    '</main>',
    `<script>${pageScript}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
