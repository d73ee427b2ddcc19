import { shadeCount } from './sweep-view';

/** From the color of the best trials to that of the worst. */
const shades = Array.from({ length: shadeCount }, (_, shade) => {
  const good = Math.round(100 * (1 - shade / (shadeCount - 1)));
  return `.shade-${shade}{--shade-color:color-mix(in oklab,var(--training) ${good}%,var(--validation))}`;
}).join('');

const rules = `
.plot path.trial{fill:none;stroke:var(--shade-color);stroke-width:1.5;stroke-opacity:.75;stroke-linejoin:round}
.plot circle.trial{fill:var(--shade-color);stroke:var(--paper);stroke-width:1}
.plot circle.trial.open{fill:var(--paper);stroke:var(--shade-color);stroke-width:1.75}
.plot path.trial.open{stroke-width:1.1;stroke-opacity:.55}
.plot .best,.swatch.best{--shade-color:var(--ink)}
.plot path.trial.best{stroke-width:3;stroke-opacity:1}
.plot [data-trial]{cursor:pointer}
.plot .out{opacity:.05;pointer-events:none}
.plot path.trial.lit,.plot .lit path.trial{stroke:var(--right);stroke-width:3.5;stroke-opacity:1}
.plot circle.trial.lit,.plot .lit circle.trial{stroke:var(--right);stroke-width:3}
tr.out{display:none}
tr.lit>*{background:var(--right-tint)}
.plot .front{fill:none;stroke:var(--right);stroke-width:1.75}
.plot .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
.swatch[class*=shade-],.swatch.best{background:var(--shade-color)}
.swatch.hollow{background:none;border:2px solid var(--muted)}
.shades{margin-top:14px}
.gradient{display:inline-block;width:64px;height:.7em;border-radius:3px;margin-right:.6em;background:linear-gradient(90deg in oklab,var(--training),var(--validation))}
.parallel{position:relative}
.parallel .plot text,.wide-plot .plot text{font-size:12px}
.wide-plot{min-width:720px}
.band{position:absolute;top:0;bottom:0;width:32px;margin-left:-16px;cursor:row-resize;touch-action:pan-x}
.range{position:absolute;left:7px;right:7px;border-radius:5px;pointer-events:none}
.band:hover .range{background:color-mix(in srgb,var(--muted) 14%,transparent)}
.band.set .range{background:color-mix(in srgb,var(--training) 22%,transparent);box-shadow:inset 0 0 0 1px var(--training)}
.handle{position:absolute;left:4px;width:24px;height:24px;margin-top:-12px;border-radius:5px}
.handle:after{content:'';position:absolute;left:4px;right:4px;top:10px;height:4px;border-radius:2px;background:var(--muted)}
.band.set .handle:after{background:var(--training)}
.filter{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;margin-top:12px;font-size:.875rem}
.filter button{font:inherit;padding:4px 12px;border:1px solid var(--rule);border-radius:5px;background:var(--ground);color:var(--ink);cursor:pointer}
.scatters{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:20px;margin-top:14px}
.scatters>.card{margin-top:0;min-width:0}
table.importance{max-width:720px}
table.importance .share{width:60%}
.failures td{overflow-wrap:anywhere}
.failures td:last-child{white-space:nowrap}
h3.command{margin-top:18px}
@media print{.band,.filter{display:none}}
`;

/** What the page of a sweep has beside the styles of all pages. */
export const sweepStyles = shades + rules.replaceAll('\n', '');
