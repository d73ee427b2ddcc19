/** In addition to the styles of the report. */
export const tryItStyles = `
.try{display:grid;grid-template:"draw result" "choose result" 1fr/minmax(0,480px) minmax(0,1fr);gap:20px 32px;align-items:start;margin-top:20px}
.draw{grid-area:draw}
.choose{grid-area:choose}
#result{grid-area:result}
.try h1{font-size:1.75rem;letter-spacing:-.02em;margin:0 0 2px}
.try h2{font-size:.9375rem}
.try section{margin-top:0}
#drawing{display:block;width:100%;aspect-ratio:1;background:#000;border-radius:10px;touch-action:none;cursor:crosshair}
#drawing.picture{touch-action:auto;cursor:auto}
.tools{display:flex;gap:10px;margin-top:12px;align-items:center;flex-wrap:wrap}
.tools button{font:inherit;font-size:.9375rem;padding:8px 18px;border-radius:8px;border:1px solid var(--rule);background:var(--paper);color:var(--ink);cursor:pointer}
.tools button:hover{border-color:var(--muted)}
#example-list{display:grid;grid-template-columns:repeat(10,1fr);gap:6px;margin-top:6px}
#example-list button{all:unset;cursor:pointer;border-radius:6px}
#example-list button:hover{box-shadow:0 0 0 2px var(--muted)}
#example-list button:focus-visible{box-shadow:0 0 0 3px var(--training)}
#example-list canvas{display:block;width:100%;border-radius:6px;background:#000;image-rendering:pixelated}
.shortcuts{display:flex;gap:8px;align-items:baseline;margin-top:14px;font-size:.875rem;color:var(--muted)}
.answer{display:flex;gap:20px;align-items:flex-start;justify-content:space-between;margin-bottom:16px}
#answer{font-size:4.5rem;line-height:1;font-weight:650;letter-spacing:-.03em}
#answer small{display:block;font-size:.875rem;font-weight:400;letter-spacing:0;line-height:1.5;color:var(--muted)}
.seen{width:208px;flex:none;font-size:.8125rem;color:var(--muted)}
.seen p+p{margin-top:2px}
#seen{display:block;width:100%;background:#000;border-radius:6px;image-rendering:pixelated;margin-bottom:4px}
.supports,.opposes{display:inline-block;width:.7em;height:.7em;border-radius:2px;margin-right:.35em}
.supports{background:rgb(255,150,40)}
.opposes{background:rgb(80,150,255)}
.probabilities{list-style:none;margin:0;padding:0;display:grid;gap:6px;font-size:.875rem}
.probabilities li{display:grid;grid-template-columns:1rem 1fr 4rem;gap:10px;align-items:center}
#answer.word{font-size:2.25rem;line-height:1.15;overflow-wrap:anywhere}
#answer.long{font-size:1.25rem;line-height:1.3;letter-spacing:0}
#doubts{overflow-wrap:anywhere}
.probabilities li.more{display:block;color:var(--muted)}
.answer>div:first-child{min-width:0}
.probabilities .class{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.probabilities.named li{grid-template-columns:minmax(0,9rem) 1fr 4rem}
.probabilities .track{height:10px;border-radius:5px;background:var(--rule);overflow:hidden}
.probabilities .fill{display:block;height:100%;width:0;background:var(--training)}
.probabilities .number{text-align:right}
.probabilities .first{font-weight:650}
#result .note{margin:16px 0 0}
#trouble{color:var(--wrong)}
#doubts p{margin:12px 0 0;padding:8px 12px;border-radius:8px;background:var(--changed-tint);font-size:.9375rem}
@media (hover:none) and (pointer:coarse){.shortcuts{display:none}}
@media (max-width:760px){.try{grid-template:"draw" "result" "choose"/minmax(0,1fr)}.seen{width:168px}}
`;
