/**
 * The interactive parts of a sweep's page: filters on the axes of the parallel coordinates, marks of one trial that light
 * up together, marks that open the report of their trial, and a reload while the sweep goes on. Without JavaScript,
 * everything is shown.
 */
export const sweepScript = `(()=>{'use strict';
const make=(name,attributes,text)=>{
  const element=document.createElement(name);
  for(const key in attributes)element.setAttribute(key,attributes[key]);
  if(text!==undefined)element.textContent=text;
  return element;
};

/* All marks of a trial, and its row. */
const marks=new Map();
for(const mark of document.querySelectorAll('[data-trial]')){
  const trial=mark.dataset.trial;
  if(!marks.has(trial))marks.set(trial,[]);
  marks.get(trial).push(mark);
}
const setClass=(trial,name,isSet)=>{for(const mark of marks.get(trial)||[])mark.classList.toggle(name,isSet)};

/* One trial lights up in all plots and in the table. */
let lit;
const light=(target)=>{
  const mark=target.closest&&target.closest('[data-trial]');
  const trial=mark?mark.dataset.trial:undefined;
  if(trial===lit)return;
  if(lit!==undefined)setClass(lit,'lit',false);
  lit=trial;
  if(lit!==undefined)setClass(lit,'lit',true);
};
addEventListener('pointerover',(event)=>light(event.target));
addEventListener('focusin',(event)=>light(event.target));

/* A mark opens the page of its trial, as the number in the table does. */
const linkOf=(trial)=>document.querySelector('table.trials tr[data-trial="'+trial+'"] a');
addEventListener('click',(event)=>{
  const mark=event.target.closest('svg [data-trial]');
  const link=mark&&linkOf(mark.dataset.trial);
  if(link)link.click();
});

/* While the sweep goes on: a new page, unless somebody is looking at a part of this one. */
const seconds=Number(document.documentElement.dataset.refreshSeconds);
let isFiltered=false;
if(seconds>0)setInterval(()=>{if(!isFiltered&&!document.querySelector('[aria-sort]'))location.reload()},seconds*1000);

const source=document.getElementById('sweep-axes');
if(!source)return;
const {trials,axes}=JSON.parse(source.textContent);
const plot=document.querySelector('.parallel');
const report=document.querySelector('.filter');
const [words,button]=report.children;

/* The values of a trial's row, for the report of a filter. */
const rows=new Map([...document.querySelectorAll('table.trials tbody tr')].map((row,index)=>[row.dataset.trial,{row,index}]));
const ranked=trials.map((trial,index)=>({name:String(trial),index})).sort((a,b)=>rows.get(a.name).index-rows.get(b.name).index);

const apply=()=>{
  const active=axes.filter(({range})=>range);
  isFiltered=active.length>0;
  const kept=ranked.filter(({index})=>active.every(({range,stopOf})=>stopOf[index]>=range[0]&&stopOf[index]<=range[1]));
  const names=new Set(kept.map(({name})=>name));
  for(const {name} of ranked)setClass(name,'out',!names.has(name));
  report.hidden=!isFiltered;
  if(isFiltered)words.textContent=kept.length+' of '+trials.length+' trials: '+
    active.map(({name,texts,range})=>name+' '+(range[0]===range[1]?texts[range[0]]:texts[range[0]]+' to '+texts[range[1]])).join(', ')+
    (kept.length===0?'.':'. The best of them is trial '+kept[0].name+'.');
};

/* Over each axis: a band to drag along, the range, and a handle at each of its ends. */
const pixels=(event,band)=>{
  const rect=band.getBoundingClientRect();
  return (event.clientY-rect.top)/rect.height*100;
};
for(const axis of axes){
  const {name,stops,texts}=axis;
  const last=stops.length-1;
  const band=make('div',{class:'band',style:'left:'+axis.x+'%'});
  const shade=make('div',{class:'range'});
  const handles=['from','to'].map((end)=>make('div',{class:'handle',role:'slider',tabindex:'0','aria-orientation':'vertical',
    'aria-label':name+', '+end,'aria-valuemin':0,'aria-valuemax':last}));
  band.append(shade,...handles);
  plot.append(band);
  const show=()=>{
    const ends=axis.range||[0,last];
    const [lower,upper]=ends.map((stop)=>stops[stop]);
    band.classList.toggle('set',Boolean(axis.range));
    shade.style.top='calc('+upper+'% - 5px)';
    shade.style.height='calc('+(lower-upper)+'% + 10px)';
    handles.forEach((handle,index)=>{
      handle.style.top=stops[ends[index]]+'%';
      handle.setAttribute('aria-valuenow',ends[index]);
      handle.setAttribute('aria-valuetext',texts[ends[index]]);
    });
  };
  const set=(from,to)=>{
    const range=from<=0&&to>=last&&!axis.stopOf.includes(-1)?undefined:[from,to];
    axis.range=range;
    show();
    apply();
  };
  axis.clear=()=>{axis.range=undefined;show()};
  handles.forEach((handle,index)=>handle.addEventListener('keydown',(event)=>{
    const [from,to]=axis.range||[0,last];
    const at=index===0?from:to;
    const far=Math.max(1,Math.round(last/10));
    const moves={ArrowUp:at+1,ArrowRight:at+1,ArrowDown:at-1,ArrowLeft:at-1,PageUp:at+far,PageDown:at-far,Home:0,End:last};
    if(event.key==='Escape'){axis.clear();apply();return}
    if(!(event.key in moves))return;
    event.preventDefault();
    const next=moves[event.key];
    if(index===0)set(Math.max(0,Math.min(next,to)),to);
    else set(from,Math.min(last,Math.max(next,from)));
  }));
  let start;
  band.addEventListener('pointerdown',(event)=>{
    if(event.button!==0)return;
    start=pixels(event,band);
    band.setPointerCapture(event.pointerId);
  });
  band.addEventListener('pointermove',(event)=>{
    if(start===undefined)return;
    const end=pixels(event,band);
    if(Math.abs(end-start)<1)return;
    const [top,bottom]=start<end?[start,end]:[end,start];
    const inside=[];
    stops.forEach((stop,index)=>{if(stop>=top-1&&stop<=bottom+1)inside.push(index)});
    if(inside.length>0)set(inside[0],inside[inside.length-1]);
  });
  const end=(event)=>{
    /* A click without a drag takes the filter away. */
    if(start!==undefined&&event.type==='pointerup'&&Math.abs(pixels(event,band)-start)<1){axis.clear();apply()}
    start=undefined;
  };
  band.addEventListener('pointerup',end);
  band.addEventListener('pointercancel',end);
  show();
}
button.addEventListener('click',()=>{
  for(const axis of axes)axis.clear();
  apply();
  plot.querySelector('.handle').focus();
});
})();`;
