import { areIndexNames } from '../contracts/class-names';
import { escapeJson, escapeMarkup } from '../report/escape-markup';
import { reportStyles } from '../report/report-styles';
import { type PageData, pageDataId, preparationOfPage } from './page-data';
import { tryItStyles } from './try-it-styles';

export interface TryItPage {
  readonly runId: string;
  readonly data: PageData;
  /** The bundled script. */
  readonly script: string;
  /** Content Security Policy that allows the script. */
  readonly policy: string;
}

const clearButton = '<button type="button" id="clear" aria-keyshortcuts="Escape">Clear</button>';

/** For models of digits in the middle of their images. */
const drawingTexts = {
  heading: 'Draw a digit',
  howTo: 'Use the mouse, a pen or a finger.',
  canvasClass: '',
  area: 'Drawing area: draw one digit with the mouse, a pen or a finger',
  tools: `${clearButton}<button type="button" id="undo" aria-keyshortcuts="U">Undo</button>`,
  hint: 'draw something',
  limit:
    'The model knows only digits. It also answers for a letter or another drawing, often with high confidence.',
  keys: 'Keys: 0 to 9 choose a test image, U undoes the last stroke, Esc clears.',
};

/** For models of other drawings in the middle of their images, such as letters. */
const namedDrawingTexts: typeof drawingTexts = {
  ...drawingTexts,
  heading: 'Draw one of the classes',
  area: 'Drawing area: draw one of the classes with the mouse, a pen or a finger',
  limit:
    'The model knows only the classes of its training. It also answers for another drawing, often with high confidence.',
};

/** For models of other images, and of all images in color. */
const imageTexts: typeof drawingTexts = {
  heading: 'Choose an image',
  howTo: 'From a file, or drop or paste it here. It stays on this computer.',
  canvasClass: ' class="picture"',
  area: 'The chosen image',
  tools: `<button type="button" id="choose-file">Choose an image…</button><input type="file" id="file" accept="image/*" aria-label="Image file" hidden>${clearButton}`,
  hint: 'choose an image',
  limit:
    'The model knows only the classes of its training. It also answers for an image of anything else, often with high confidence.',
  keys: 'Keys: 0 to 9 choose a test image, Esc clears.',
};

function textsFor(data: PageData): typeof drawingTexts {
  if (!preparationOfPage(data).isCentered) return imageTexts;
  return data.classNames === undefined || areIndexNames(data.classNames) ? drawingTexts : namedDrawingTexts;
}

/**
 * One HTML file that opens from disk and makes no request: on the left, an area to draw a digit in, or for an image, and
 * examples; on the right, the answer.
 */
export function renderTryItPage({ runId, data, script, policy }: TryItPage): string {
  const texts = textsFor(data);
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
<h1>${texts.heading}</h1>
<p class="note">${texts.howTo}</p>
<canvas id="drawing"${texts.canvasClass} width="560" height="560" role="img" aria-label="${texts.area}"></canvas>
<div class="tools">${texts.tools}<span class="eyebrow" id="state" role="status">Loading the model…</span></div>
<noscript><p>This page needs JavaScript: the model runs in it.</p></noscript>
<p id="trouble" role="alert"></p>
</div>
<section class="card" id="result" aria-label="Answer of the model">
<div class="answer"><div><output id="answer" for="drawing">–<small>${texts.hint}</small></output><div id="doubts" role="status"></div></div>
<div class="seen"><canvas id="seen" width="28" height="28" role="img" aria-label="The image that the model sees"></canvas><p>what the model sees</p>
<div id="seen-key"><p><span class="supports" aria-hidden="true"></span>orange: for the answer</p><p><span class="opposes" aria-hidden="true"></span>blue: against it</p></div></div></div>
<ol class="probabilities" id="probabilities"></ol>
<p class="note">${texts.limit}</p>
</section>
<div class="choose">
<section id="examples" aria-labelledby="examples-heading" hidden>
<h2 id="examples-heading">Or choose a test image</h2>
<div id="example-list"></div>
</section>
<label class="shortcuts"><input type="checkbox" id="shortcuts" checked><span>${texts.keys}</span></label>
</div>
</div>
</main>
<script type="application/json" id="${pageDataId}">${escapeJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}
