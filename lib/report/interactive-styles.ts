/** Styles of the interactive parts, and of the lists and tables around them. */
export const interactiveStyles = `
a{color:var(--training);text-underline-offset:2px}
:focus-visible{outline:2px solid var(--training);outline-offset:2px}
[hidden]{display:none!important}
.chart{border-radius:6px}
.chart .plot{touch-action:pan-y;cursor:crosshair}
.marker{stroke:var(--muted);stroke-dasharray:3 3;fill:none}
.readout{display:flex;flex-wrap:wrap;gap:2px 14px;margin-top:6px;font-size:.8125rem;color:var(--muted);min-height:1.5em}
.readout strong{color:var(--ink);font-weight:600}
details.card{margin-top:20px;padding:14px 20px}
summary{cursor:pointer;font-size:.9375rem;font-weight:600}
details[open] summary{margin-bottom:10px}
table.confusion{table-layout:fixed;border-collapse:separate;border-spacing:2px;min-width:300px;font-size:clamp(.625rem,2.6vw,.8125rem)}
table.confusion caption{caption-side:bottom;text-align:left;color:var(--muted);font-size:.8125rem;padding-top:8px}
table.confusion th,table.confusion td{padding:0;border:0;text-align:center;height:2.5em;vertical-align:middle;border-radius:4px}
table.confusion thead th{font-size:inherit}
table.confusion.named{table-layout:auto}
table.confusion.named th[scope=row]{text-align:right;padding-right:8px}
table.confusion.named td{min-width:2.4em}
table.confusion.named th .name{max-width:9em}
table.confusion.named th[scope=col] .name{max-width:6em}
table.confusion.named.turned th[scope=col]{height:auto;vertical-align:bottom;padding:6px 0}
table.confusion.named.turned th[scope=col] .name{writing-mode:vertical-rl;transform:rotate(180deg);max-width:none;max-height:11em}
table.confusion .none{color:var(--muted)}
table.confusion .hit{background:color-mix(in srgb,var(--training) calc(var(--share)*45%),var(--paper))}
table.confusion .miss{background:color-mix(in srgb,var(--wrong) calc(var(--share)*50%),var(--paper))}
table.confusion button{all:unset;box-sizing:border-box;display:block;width:100%;line-height:2.5em;text-align:center;cursor:pointer;border-radius:4px}
table.confusion button:hover{box-shadow:inset 0 0 0 1px var(--muted)}
table.confusion button:focus-visible,table.confusion button[aria-expanded=true]{box-shadow:inset 0 0 0 2px var(--ink)}
#cell-panel{margin-top:16px;padding-top:16px;border-top:1px solid var(--rule)}
.digits canvas{display:block;width:100%;height:auto;background:#000;border-radius:6px;image-rendering:pixelated;border:1px solid var(--rule)}
#cell-panel .digits{grid-template-columns:repeat(auto-fill,minmax(60px,1fr));gap:12px 10px}
.guesses{list-style:none;margin:6px 0 0;padding:0;font-size:.75rem}
.guesses li{display:flex;justify-content:space-between;gap:6px;padding:0 4px;border-radius:3px;background:linear-gradient(90deg,var(--changed-tint) calc(var(--share)*100%),transparent 0)}
.guesses b{font-weight:600;color:var(--ink);min-width:0;overflow-wrap:anywhere;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.guesses span{white-space:nowrap}
.name{display:inline-block;max-width:13em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;vertical-align:bottom}
.digits .name{display:inline;white-space:normal;overflow-wrap:anywhere}
.summary{overflow-wrap:anywhere}
.columns{display:grid;grid-template-columns:repeat(3,1fr);gap:20px}
.columns>*{min-width:0}
.files{list-style:none;margin:0;padding:0;font-size:.875rem}
.files li{padding:3px 0;overflow-wrap:anywhere}
.files small{display:block;color:var(--muted);font-size:.8125rem}
.swatch,.point{--run:var(--muted)}
.run-1{--run:var(--training)}.run-2{--run:var(--validation)}.run-3{--run:var(--right)}.run-4{--run:var(--wrong)}.run-5{--run:var(--fifth)}.run-6{--run:var(--sixth)}
.plot .curve[class*=run-]{stroke:var(--run)}
.plot .point[class*=run-]{fill:var(--run)}
.swatch{display:inline-block;width:.7em;height:.7em;border-radius:50%;background:var(--run);margin-right:.45em}
.run-key{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none;margin:0 0 12px;padding:0;font-size:.875rem}
table.compared th[scope=col]{color:var(--ink);font-weight:600}
table.compared td{white-space:nowrap}
table.sortable th,table.sortable td{padding-right:9px}
table.sortable thead th{white-space:normal;vertical-align:bottom}
.answers b{font-weight:400}
.answers .right b{color:var(--right)}
.answers .wrong b{color:var(--wrong)}
.card+.card{margin-top:20px}
.pair>.card+.card{margin-top:0}
nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:32px 0 0;padding:12px 0;border-top:1px solid var(--rule);border-bottom:1px solid var(--rule);font-size:.875rem}
section{scroll-margin-top:16px}
.first-look{margin-top:28px}
.summary{margin:0;padding-left:1.1em}
.summary li{margin-bottom:6px}
.next{list-style:none;margin:0;padding:0;font-size:.875rem;color:var(--muted)}
.next li+li{margin-top:10px}
.next a{white-space:nowrap}
.code{position:relative}
pre{margin:4px 0 0;padding:10px 12px;background:var(--ground);border:1px solid var(--rule);border-radius:6px;overflow-x:auto;color:var(--ink)}
header pre{background:var(--paper)}
pre code{overflow-wrap:normal}
.code pre{padding-right:70px}
button.sort{all:unset;cursor:pointer;font-weight:600}
button.sort:focus-visible{outline:2px solid var(--training)}
th[aria-sort=ascending] .sort:after{content:' ↑'}
th[aria-sort=descending] .sort:after{content:' ↓'}
.gain.right{color:var(--right)}
.gain.wrong{color:var(--wrong)}
table.compared tbody th{white-space:nowrap;color:var(--ink)}
button.copy{position:absolute;top:6px;right:6px;font:inherit;font-size:.75rem;padding:3px 10px;border:1px solid var(--rule);border-radius:5px;background:var(--paper);color:var(--ink);cursor:pointer}
.use>details.card:first-child{margin-top:0}
.use>details.card{margin-top:10px}
table.balance img{display:block;width:28px;height:28px;image-rendering:pixelated;border-radius:3px;background:#000}
table.balance th,table.balance td{vertical-align:middle;padding-top:4px;padding-bottom:4px}
.card .plot+.scroll{margin-top:14px}
@media (max-width:760px){
.columns{grid-template-columns:1fr}
details.card{padding:12px 14px}
}
@media print{
.scroll>div{min-width:0!important}
table.confusion{font-size:8pt}
details:not([open]){display:none}
#cell-hint,.marker,.readout,nav,button.copy{display:none}
.next{break-inside:avoid}
pre{white-space:pre-wrap}
}`;
