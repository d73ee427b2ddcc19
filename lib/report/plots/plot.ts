import { escapeMarkup } from '../escape-markup';

/** The names of the plots are the stems of their files. */
export type PlotName =
  | 'accuracy'
  | 'loss'
  | 'learning-rate'
  | 'confusion-matrix'
  | 'first-ten'
  | 'calibration'
  | 'coverage'
  | 'run-scatter'
  | 'parallel-coordinates'
  | 'setting-scatter'
  | 'trial-curves'
  | 'cost-scatter';

/** A drawing without colors. Its marks have classes; the file or page that shows it adds `plotRules`. */
export interface Plot {
  readonly name: PlotName;
  readonly title: string;
  /** One sentence, as the alternative text. */
  readonly description: string;
  /** In user units, one CSS pixel at natural size. */
  readonly width: number;
  readonly height: number;
  /** SVG markup, escaped. */
  readonly marks: string;
}

export interface PlotColors {
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  readonly paper: string;
  readonly training: string;
  readonly validation: string;
  readonly right: string;
  readonly wrong: string;
}

const onWhite: PlotColors = {
  ink: '#1d2329',
  muted: '#5a6572',
  rule: '#e1e5ea',
  paper: '#ffffff',
  training: '#2b6cb0',
  validation: '#c8621b',
  right: '#1f7a4d',
  wrong: '#b4342a',
};

/** The rules of every class that a plot uses, each beginning with `scope`. */
export function plotRules(colors: PlotColors, scope: string): string {
  const rules: readonly (readonly [string, string])[] = [
    ['text', `fill:${colors.ink};font-size:12px`],
    ['.title', 'font-size:14px;font-weight:600'],
    ['.axis-name', 'font-weight:600'],
    ['.tick', `fill:${colors.muted}`],
    ['.dense', 'font-size:10px'],
    ['.grid', `stroke:${colors.rule};fill:none`],
    ['.frame', `stroke:${colors.muted};stroke-opacity:.5;fill:none`],
    ['.legend', `fill:${colors.paper};fill-opacity:.9;stroke:${colors.rule}`],
    ['.curve', 'fill:none;stroke-width:2'],
    ['.curve.training', `stroke:${colors.training}`],
    ['.curve.validation', `stroke:${colors.validation}`],
    ['.point', `stroke:${colors.paper};stroke-width:1`],
    ['.point.training', `fill:${colors.training}`],
    ['.point.validation', `fill:${colors.validation}`],
    ['.ring', `fill:none;stroke:${colors.ink};stroke-width:2`],
    ['.dashed.curve', 'stroke-dasharray:5 4;stroke-opacity:.7'],
    ['.dashed.point', 'fill-opacity:.7'],
    ['.bin', `fill:${colors.training};fill-opacity:.75`],
    ['.gap', `fill:${colors.wrong};fill-opacity:.25;stroke:${colors.wrong};stroke-opacity:.6`],
    ['.diagonal', `stroke:${colors.muted};stroke-dasharray:4 4;fill:none`],
    ['.hit', `fill:${colors.training}`],
    ['.miss', `fill:${colors.wrong}`],
    ['.on-dark', `fill:${colors.paper}`],
    ['.answer-right', `fill:${colors.right}`],
    ['.answer-wrong', `fill:${colors.wrong};font-weight:600`],
  ];
  return rules.map(([selector, declarations]) => `${scope}${selector}{${declarations}}`).join('');
}

/** A standalone file with its title, a white background and fixed colors. */
export function toStandaloneSvg(plot: Plot): string {
  const { width, height, title, description, marks } = plot;
  const style = `text{font-family:Inter,system-ui,sans-serif}${plotRules(onWhite, '')}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">` +
    `<title>${escapeMarkup(title)}</title><desc>${escapeMarkup(description)}</desc><style>${style}</style>` +
    `<rect width="${width}" height="${height}" fill="${onWhite.paper}"/>` +
    `${drawText(width / 2, 22, title, 'title', 'middle')}${marks}</svg>\n`
  );
}

/** For an HTML page that has `plotRules` in its style sheet and the title in a heading. */
export function toInlineSvg(plot: Plot, titleHeight = 30): string {
  const { name, width, height, title, description, marks } = plot;
  return (
    `<svg class="plot" data-plot="${name}" viewBox="0 ${titleHeight} ${width} ${height - titleHeight}" role="img" ` +
    `aria-label="${escapeMarkup(`${title}. ${description}`)}">${marks}</svg>`
  );
}

export function drawText(
  x: number,
  y: number,
  text: string | number,
  className: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  return `<text class="${className}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeMarkup(text)}</text>`;
}

/** Reads from bottom to top. @param anchor - which part of the text is at `y`. */
export function drawUpwardText(
  x: number,
  y: number,
  text: string,
  className: string,
  anchor: 'middle' | 'end' = 'middle',
): string {
  return `<text class="${className}" text-anchor="${anchor}" transform="translate(${round(x)} ${round(y)}) rotate(-90)">${escapeMarkup(text)}</text>`;
}

/** Two decimals are finer than any screen and keep the files small. */
export const round = (value: number) => Math.round(value * 100) / 100;
