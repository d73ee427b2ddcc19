import { interactiveStyles } from './interactive-styles';
import { plotRules } from './plots/plot';

const light =
  '--paper:#fff;--ground:#f6f7f9;--ink:#1d2329;--muted:#5a6572;--rule:#e1e5ea;' +
  '--training:#2b6cb0;--validation:#c8621b;--right:#1f7a4d;--wrong:#b4342a;--right-tint:#e4f3ea;--wrong-tint:#fbe9e7;--changed-tint:#fdf3e0;--fifth:#7a4fb5;--sixth:#54616f;--shade:#1d232940';
const dark =
  '--paper:#1a1e24;--ground:#12151a;--ink:#e8ebef;--muted:#9aa5b3;--rule:#2f363f;' +
  '--training:#7db4ec;--validation:#f2a765;--right:#71cb9a;--wrong:#f28f84;--right-tint:#173226;--wrong-tint:#3b201e;--changed-tint:#352a18;--fifth:#c0a0f0;--sixth:#c3ccd6;--shade:#e8ebef4d';

const variables = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  rule: 'var(--rule)',
  paper: 'var(--paper)',
  training: 'var(--training)',
  validation: 'var(--validation)',
  right: 'var(--right)',
  wrong: 'var(--wrong)',
} as const;

const layout = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;background:var(--ground)}
body{margin:0;color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:40px 24px 64px}
h1,h2,h3,p,figure,dl,dd{margin:0}
h1{font-size:clamp(3rem,11vw,5rem);line-height:1;font-weight:650;letter-spacing:-.035em;margin:10px 0 14px}
h1 small{display:block;font-size:1.125rem;line-height:1.4;font-weight:400;letter-spacing:0;color:var(--muted);margin-top:10px}
h2{font-size:1.25rem;line-height:1.3;font-weight:650;letter-spacing:-.01em;margin-bottom:4px}
h2+.pair,h2+.card{margin-top:14px}
h3{font-size:.9375rem;font-weight:600;margin-bottom:8px}
code{font:.8125em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.eyebrow{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;color:var(--muted);font-size:.875rem;overflow-wrap:anywhere}
.note{color:var(--muted);font-size:.875rem;max-width:68ch;margin-bottom:16px}
.badge{display:inline-block;padding:2px 10px;border-radius:99px;font-size:.8125rem;font-weight:600}
.badge.accepted{color:var(--right);background:var(--right-tint)}
.badge.rejected{color:var(--wrong);background:var(--wrong-tint)}
.key-metrics{display:grid;grid-template-columns:repeat(4,1fr);border-top:1px solid var(--rule);margin-top:28px}
.key-metrics div{padding:14px 16px 0 0}
.key-metrics dt{color:var(--muted);font-size:.8125rem}
.key-metrics dd{font-size:1.375rem;font-weight:600;letter-spacing:-.015em;line-height:1.35}
.key-metrics dd small{display:block;font-size:.8125rem;font-weight:400;letter-spacing:0;color:var(--muted)}
section{margin-top:48px}
.card{background:var(--paper);border:1px solid var(--rule);border-radius:10px;padding:20px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:20px;align-items:start}
.pair>*{min-width:0}
.plot{display:block;width:100%;height:auto;overflow:visible}
.scroll{overflow-x:auto;max-width:100%;background:linear-gradient(90deg,var(--paper) 30%,transparent),linear-gradient(270deg,var(--paper) 30%,transparent) 100% 0,radial-gradient(farthest-side at 0 50%,var(--shade),transparent),radial-gradient(farthest-side at 100% 50%,var(--shade),transparent) 100% 0;background-repeat:no-repeat;background-size:40px 100%,40px 100%,14px 100%,14px 100%;background-attachment:local,local,scroll,scroll}
.digits{list-style:none;margin:0;padding:0;display:grid;gap:14px 10px}
.digits.first{grid-template-columns:repeat(10,minmax(0,1fr))}
.digits.mistakes{grid-template-columns:repeat(auto-fill,minmax(96px,1fr));gap:20px 14px}
.digits figure{font-size:.8125rem;line-height:1.35}
.digits img{display:block;width:100%;height:auto;aspect-ratio:1;object-fit:contain;background:#000;border-radius:6px;image-rendering:pixelated;border:1px solid var(--rule)}
.digits img.versions{aspect-ratio:auto;margin-top:8px}
.digits figcaption{margin-top:6px;color:var(--muted)}
.digits strong{display:block;font-size:.9375rem;font-weight:600}
.digits .right strong{color:var(--right)}
.digits .wrong strong{color:var(--wrong)}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{padding:7px 12px 7px 0;text-align:left;border-bottom:1px solid var(--rule);vertical-align:baseline}
th{font-weight:400;color:var(--muted)}
thead th{font-size:.8125rem;white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
tfoot>tr>*{border-top:1px solid var(--rule);border-bottom:0;font-weight:600;color:var(--ink)}
.number{text-align:right;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
tr.changed td,tr.changed th{background:var(--changed-tint);color:var(--ink)}
tr.changed td:nth-child(2){font-weight:600}
tr.changed th:first-child{box-shadow:-8px 0 0 var(--changed-tint)}
tr.changed td:last-child{box-shadow:8px 0 0 var(--changed-tint)}
.bar{display:block;height:6px;border-radius:3px;background:var(--training);min-width:2px}
.contact-sheet .examples{white-space:nowrap}
.contact-sheet img{height:36px;width:auto;margin-right:4px;background:#000;border-radius:3px;image-rendering:pixelated;vertical-align:middle}
.contact-sheet .share{width:18%;min-width:60px}
.muted{color:var(--muted)}
.facts td{overflow-wrap:anywhere}
.facts th{width:38%}
.settings td{overflow-wrap:anywhere}
.settings code{overflow-wrap:normal}
.settings tr:not(.changed) td:last-child{color:var(--muted)}
footer{margin-top:56px;padding-top:16px;border-top:1px solid var(--rule);color:var(--muted);font-size:.8125rem}
@media (max-width:760px){
main{padding:24px 16px 48px}
.pair{grid-template-columns:minmax(0,1fr)}
.key-metrics{grid-template-columns:1fr 1fr}
.digits.first{grid-template-columns:repeat(5,minmax(0,1fr))}
.card{padding:16px 14px}
section{margin-top:40px}
}
@media screen and (max-width:520px){
.code pre{white-space:pre-wrap;overflow-wrap:anywhere}
.plot text{font-size:15px}
th,td{padding-right:7px}
}
@media print{
@page{margin:14mm}
html{background:#fff}
body{font-size:11pt}
main{max-width:none;padding:0}
section{margin-top:24pt}
.card{border:0;padding:0}
.card,figure,tr,.key-metrics{break-inside:avoid}
h2,h3,.note{break-after:avoid}
.note,.summary{break-inside:avoid}
.digits.mistakes>li:nth-child(n+25){display:none}
.pair{grid-template-columns:1fr 1fr}
.digits.first{grid-template-columns:repeat(10,minmax(0,1fr))}
.scroll{overflow:visible;background:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}`;

/** The style sheet of all pages: dark if the reader prefers it, always light in print. */
export const reportStyles =
  `:root{color-scheme:light dark;${light}}` +
  `@media screen and (prefers-color-scheme:dark){:root{${dark}}}` +
  plotRules(variables, '.plot ') +
  (layout + interactiveStyles).replaceAll('\n', '');
