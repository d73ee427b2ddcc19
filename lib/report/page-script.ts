import { createHash } from 'node:crypto';

/**
 * The interactive parts of the pages: curves that show the values of an epoch under the pointer or by arrow keys, cells
 * of the confusion matrix that show their images, code blocks with a copy button, and tables that sort. Without
 * JavaScript, everything else works.
 */
export const pageScript = `(()=>{'use strict';
const make=(name,attributes,text)=>{
  const element=document.createElement(name);
  for(const key in attributes)element.setAttribute(key,attributes[key]);
  if(text!==undefined)element.textContent=text;
  return element;
};

/* Curves: a slider over the epochs. */
const explore=(svg)=>{
  const stops=new Map();
  for(const title of svg.querySelectorAll('circle.point title')){
    const parts=/^(.*), epoch ([0-9]+): (.*)$/.exec(title.textContent);
    if(!parts)continue;
    const epoch=Number(parts[2]);
    const x=Number(title.parentNode.getAttribute('cx'));
    if(!stops.has(epoch))stops.set(epoch,{x,values:[]});
    stops.get(epoch).values.push(parts[1]+' '+parts[3]);
    title.remove();
  }
  const epochs=[...stops.keys()].sort((a,b)=>a-b);
  if(epochs.length===0)return;
  const box=make('div',{class:'chart',role:'slider',tabindex:'0','aria-label':svg.getAttribute('aria-label'),
    'aria-valuemin':epochs[0],'aria-valuemax':epochs[epochs.length-1]});
  svg.replaceWith(box);
  svg.setAttribute('aria-hidden','true');
  const readout=make('p',{class:'readout'});
  box.append(svg,readout);
  const marker=document.createElementNS('http://www.w3.org/2000/svg','path');
  marker.setAttribute('class','marker');
  svg.append(marker);
  const view=svg.viewBox.baseVal;
  let position=0;
  const show=(next)=>{
    position=Math.min(epochs.length-1,Math.max(0,next));
    const epoch=epochs[position];
    const {x,values}=stops.get(epoch);
    const words='epoch '+epoch+': '+values.join(', ');
    box.setAttribute('aria-valuenow',epoch);
    box.setAttribute('aria-valuetext',words);
    readout.replaceChildren(make('strong',{},'Epoch '+epoch),...values.map((value)=>make('span',{},value)));
    marker.setAttribute('d','M'+x+' 36V294');
  };
  svg.addEventListener('pointermove',(event)=>{
    const rect=svg.getBoundingClientRect();
    const x=(event.clientX-rect.left)/rect.width*view.width;
    let nearest=0;
    epochs.forEach((epoch,index)=>{
      if(Math.abs(stops.get(epoch).x-x)<Math.abs(stops.get(epochs[nearest]).x-x))nearest=index;
    });
    show(nearest);
  });
  box.addEventListener('keydown',(event)=>{
    const moves={ArrowLeft:position-1,ArrowDown:position-1,ArrowRight:position+1,ArrowUp:position+1,
      Home:0,End:epochs.length-1,PageDown:position-10,PageUp:position+10};
    if(!(event.key in moves))return;
    event.preventDefault();
    show(moves[event.key]);
  });
  /* Start at the epoch whose weights the model has. */
  const ring=svg.querySelector('circle.ring');
  /* Several curves: start at the last epoch that all of them have. */
  const common=epochs.findLastIndex((epoch)=>stops.get(epoch).values.length===stops.get(epochs[0]).values.length);
  show(ring?epochs.indexOf(Number(ring.dataset.epoch)):common);
};
for(const svg of document.querySelectorAll('svg[data-plot=accuracy],svg[data-plot=loss]'))explore(svg);

/* Code blocks: a copy button, if the browser allows the page to write to the clipboard. */
if(navigator.clipboard)for(const block of document.querySelectorAll('pre[data-copy]')){
  const button=make('button',{type:'button',class:'copy'},'Copy');
  button.addEventListener('click',()=>navigator.clipboard.writeText(block.textContent).then(
    ()=>{button.textContent='Copied'},
    ()=>{button.textContent='Not copied'}
  ));
  const frame=make('div',{class:'code'});
  block.replaceWith(frame);
  frame.append(block,button);
}

/* Tables that sort: by the number in data-value, else by the text. */
for(const table of document.querySelectorAll('table.sortable')){
  const heads=[...table.tHead.rows[0].cells];
  heads.forEach((head,column)=>{
    const button=make('button',{type:'button',class:'sort'},head.textContent);
    button.addEventListener('click',()=>{
      const isUp=head.getAttribute('aria-sort')==='ascending';
      for(const each of heads)each.removeAttribute('aria-sort');
      head.setAttribute('aria-sort',isUp?'descending':'ascending');
      const valueOf=(row)=>{
        const cell=row.cells[column];
        return cell.dataset.value===undefined?cell.textContent:Number(cell.dataset.value);
      };
      const order=(a,b)=>{
        const x=valueOf(a),y=valueOf(b);
        return typeof x==='number'&&typeof y==='number'?x-y:String(x).localeCompare(String(y));
      };
      const rows=[...table.tBodies[0].rows].sort((a,b)=>isUp?order(b,a):order(a,b));
      table.tBodies[0].append(...rows);
    });
    head.replaceChildren(button);
  });
}

/* Confusion matrix: cells that open their images. */
const index=document.getElementById('cell-images');
const table=document.querySelector('table.confusion');
if(!index||!table)return;
const {width,height,columns,names,cells}=JSON.parse(index.textContent);
const sheet=document.getElementById('cell-sheet');
const panel=document.getElementById('cell-panel');
const heading=panel.querySelector('h3');
const list=panel.querySelector('ul');
const hint=document.getElementById('cell-hint');
hint.hidden=false;
let open;
const close=()=>{
  if(open)open.setAttribute('aria-expanded','false');
  open=undefined;
  panel.hidden=true;
};
const show=(button,key)=>{
  if(open===button)return close();
  close();
  open=button;
  button.setAttribute('aria-expanded','true');
  const [label,predicted]=key.split('-');
  const {count,first,images}=cells[key];
  const some=images.length<count?', '+images.length+' of them shown, the '+(label===predicted?'least':'most')+' confident first':'';
  heading.textContent='Label '+names[label]+', predicted '+names[predicted]+': '+count+(count===1?' image':' images')+some;
  list.replaceChildren(...images.map(([row,percent],offset)=>{
    const item=make('li');
    const figure=make('figure');
    const canvas=make('canvas',{width,height,role:'img','aria-label':'Image '+row});
    const place=first+offset;
    const draw=()=>canvas.getContext('2d').drawImage(sheet,place%columns*width,Math.floor(place/columns)*height,width,height,0,0,width,height);
    if(sheet.complete)draw();else sheet.addEventListener('load',draw);
    const caption=make('figcaption',{},percent.toFixed(1)+' %');
    caption.append(make('br'),'no. '+row);
    figure.append(canvas,caption);
    item.append(figure);
    return item;
  }));
  panel.hidden=false;
};
const buttons=[];
for(const cell of table.querySelectorAll('td[data-cell]')){
  const key=cell.dataset.cell;
  if(!cells[key]||cells[key].images.length===0)continue;
  const [label,predicted]=key.split('-');
  const button=make('button',{type:'button',tabindex:buttons.length===0?'0':'-1','aria-expanded':'false','aria-controls':'cell-panel',
    'aria-label':cell.textContent+' images with label '+names[label]+', predicted '+names[predicted]},cell.textContent);
  button.addEventListener('click',()=>show(button,key));
  cell.replaceChildren(button);
  buttons.push(button);
}
/* The matrix is one stop for the Tab key; an arrow key moves to the nearest button in its direction. */
table.addEventListener('keydown',(event)=>{
  if(event.key==='Escape')return close();
  const direction={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,-1],ArrowDown:[0,1]}[event.key];
  if(!direction||event.target.tagName!=='BUTTON')return;
  event.preventDefault();
  let cell=event.target.parentNode;
  for(;;){
    const row=direction[1]===0?cell.parentNode:table.rows[cell.parentNode.rowIndex+direction[1]];
    cell=row&&row.cells[cell.cellIndex+direction[0]];
    if(!cell||cell.tagName==='TH')return;
    const button=cell.querySelector('button');
    if(!button)continue;
    for(const each of buttons)each.tabIndex=-1;
    button.tabIndex=0;
    button.focus();
    return;
  }
});
})();`;

/** Forbids all requests. Styles, images and these scripts are inside the page. */
export const pagePolicy = (scripts: readonly string[]) =>
  [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'img-src data:',
    `script-src ${scripts.map(hashSource).join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const hashSource = (script: string) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
