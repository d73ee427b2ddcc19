import { escapeMarkup } from '../report/escape-markup';
import { reportStyles } from '../report/report-styles';
import { pagePolicy } from './page-policy';

const styles = `
.try{display:grid;grid-template-columns:minmax(0,420px) minmax(0,1fr);gap:24px;align-items:start;margin-top:24px}
.try h1{font-size:1.75rem;letter-spacing:-.02em;margin:0 0 2px}
#drawing{display:block;width:100%;aspect-ratio:1;background:#000;border-radius:10px;touch-action:none;cursor:crosshair}
.try section{margin-top:0}
.tools{display:flex;gap:10px;margin-top:12px;align-items:center;flex-wrap:wrap}
.tools button{font:inherit;font-size:.9375rem;padding:8px 18px;border-radius:8px;border:1px solid var(--rule);background:var(--paper);color:var(--ink);cursor:pointer}
.tools button:hover{border-color:var(--muted)}
.answer{display:flex;gap:20px;align-items:center;justify-content:space-between;margin-bottom:16px}
#answer{font-size:4.5rem;line-height:1;font-weight:650;letter-spacing:-.03em}
#answer small{display:block;font-size:.875rem;font-weight:400;letter-spacing:0;line-height:1.5;color:var(--muted)}
.seen{width:112px;flex:none;font-size:.8125rem;color:var(--muted)}
#seen{display:block;width:100%;background:#000;border-radius:6px;image-rendering:pixelated;margin-bottom:4px}
.probabilities{list-style:none;margin:0;padding:0;display:grid;gap:6px;font-size:.875rem}
.probabilities li{display:grid;grid-template-columns:1rem 1fr 4rem;gap:10px;align-items:center}
.probabilities .track{height:10px;border-radius:5px;background:var(--rule);overflow:hidden}
.probabilities .fill{display:block;height:100%;width:0;background:var(--training)}
.probabilities .number{text-align:right}
.probabilities .first{font-weight:650}
#from-disk{margin-bottom:16px;font-size:.9375rem}
#from-disk p+p{margin-top:8px}
#trouble{color:var(--wrong)}
#doubts p{margin:0 0 10px;padding:8px 12px;border-radius:8px;background:var(--changed-tint);font-size:.9375rem}
@media (max-width:760px){.try{grid-template-columns:minmax(0,1fr)}}
`;

/** The drawing area on the left, the answer on the right. Paths are relative to the run's folder. */
export function renderTryItPage(runId: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(pagePolicy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Try it · ${escapeMarkup(runId)}</title>
<style>${reportStyles}${styles.replaceAll('\n', '')}</style>
</head>
<body>
<main>
<p class="eyebrow"><span>run <code>${escapeMarkup(runId)}</code></span><span>the model runs in this browser</span></p>
<div class="try">
<div>
<h1>Draw a digit</h1>
<p class="note">Use the mouse, a pen or a finger.</p>
<div id="from-disk" class="card" role="alert" hidden>
<p>This page was opened from disk, where browsers do not let a page read files. Serve the run, and open the address that is printed:</p>
<p><code>npx mnist-pipeline serve ${escapeMarkup(runId)} --store FOLDER</code><br>FOLDER is the one that has <code>runs</code> in it.</p>
<p>Any other web server will do as well, started in the folder of this page:</p>
<p><code>python3 -m http.server --bind 127.0.0.1</code><br>The page is <code>/try-it.html</code> there.</p>
</div>
<canvas id="drawing" width="560" height="560" role="img" aria-label="Drawing area: draw one digit with the mouse, a pen or a finger"></canvas>
<div class="tools"><button type="button" id="clear">Clear</button><span class="eyebrow" id="state" role="status">Loading the model…</span></div>
<noscript><p>This page needs JavaScript: the model runs in it.</p></noscript>
<p id="trouble" role="alert"></p>
</div>
<section class="card" id="result" aria-label="Answer of the model">
<div class="answer"><output id="answer" for="drawing">–<small>draw something</small></output>
<div class="seen"><canvas id="seen" width="28" height="28" role="img" aria-label="The image that the model sees"></canvas>what the model sees</div></div>
<div id="doubts" role="status"></div>
<ol class="probabilities" id="probabilities"></ol>
<p class="note">The model knows only digits. It also answers for a letter or another drawing, often with high confidence.</p>
</section>
</div>
</main>
<script src="try-it/app.js"></script>
</body>
</html>
`;
}
