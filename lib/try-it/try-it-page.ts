import { escapeJson, escapeMarkup } from '../report/escape-markup';
import { reportStyles } from '../report/report-styles';
import { type PageData, pageDataId } from './page-data';
import { tryItStyles } from './try-it-styles';

export interface TryItPage {
  readonly runId: string;
  readonly data: PageData;
  /** The bundled script. */
  readonly script: string;
  /** Content Security Policy that allows the script. */
  readonly policy: string;
}

/**
 * One HTML file that opens from disk and makes no request: drawing area and examples on the left, the answer on the
 * right.
 */
export function renderTryItPage({ runId, data, script, policy }: TryItPage): string {
  // Either would end the script element before its end.
  if (/<\/script|<!--/i.test(script))
    throw new Error('The script of the try-it page cannot be put into a page.');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Try it · ${escapeMarkup(runId)}</title>
<style>${reportStyles}${tryItStyles.replaceAll('\n', '')}</style>
</head>
<body>
<main>
<p class="eyebrow"><span>run <code>${escapeMarkup(runId)}</code></span><span>the model runs in this page, offline</span></p>
<div class="try">
<div class="draw">
<h1>Draw a digit</h1>
<p class="note">Use the mouse, a pen or a finger.</p>
<canvas id="drawing" width="560" height="560" role="img" aria-label="Drawing area: draw one digit with the mouse, a pen or a finger"></canvas>
<div class="tools"><button type="button" id="clear" aria-keyshortcuts="Escape">Clear</button><button type="button" id="undo" aria-keyshortcuts="U">Undo</button><span class="eyebrow" id="state" role="status">Loading the model…</span></div>
<noscript><p>This page needs JavaScript: the model runs in it.</p></noscript>
<p id="trouble" role="alert"></p>
</div>
<section class="card" id="result" aria-label="Answer of the model">
<div class="answer"><div><output id="answer" for="drawing">–<small>draw something</small></output><div id="doubts" role="status"></div></div>
<div class="seen"><canvas id="seen" width="28" height="28" role="img" aria-label="The image that the model sees"></canvas><p>what the model sees</p>
<div id="seen-key"><p><span class="supports" aria-hidden="true"></span>orange: for the answer</p><p><span class="opposes" aria-hidden="true"></span>blue: against it</p></div></div></div>
<ol class="probabilities" id="probabilities"></ol>
<p class="note">The model knows only digits. It also answers for a letter or another drawing, often with high confidence.</p>
</section>
<div class="choose">
<section id="examples" aria-labelledby="examples-heading" hidden>
<h2 id="examples-heading">Or choose a test image</h2>
<div id="example-list"></div>
</section>
<label class="shortcuts"><input type="checkbox" id="shortcuts" checked><span>Keys: 0 to 9 choose a test image, U undoes the last stroke, Esc clears.</span></label>
</div>
</div>
</main>
<script type="application/json" id="${pageDataId}">${escapeJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}
