import { centerDigit, type GrayImage } from '../../image/center-digit';
import { findDoubts } from '../../image/doubts';
import { type Classifier, loadClassifier } from './classifier';
import { openDrawingArea } from './drawing-area';

const find = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;

function showImage(canvas: HTMLCanvasElement, { pixels, shape: [height, width] }: GrayImage): void {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  pixels.forEach((gray, pixel) => {
    image.data.fill(Math.round(gray * 255), pixel * 4, pixel * 4 + 3);
    image.data[pixel * 4 + 3] = 255;
  });
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}

const create = (name: string, className: string, ...children: (Node | string)[]) => {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
};

function showDoubts(doubts: readonly string[]): void {
  find('doubts').replaceChildren(...doubts.map((doubt) => create('p', '', doubt)));
}

function showAnswer(probabilities: Float32Array | undefined, classes: number): void {
  const values = Array.from(probabilities ?? new Float32Array(classes));
  const most = Math.max(...values);
  const best = probabilities === undefined ? -1 : values.indexOf(most);
  const answer = find('answer');
  const note = best === -1 ? 'draw something' : `${(100 * most).toFixed(1)} % confident`;
  answer.replaceChildren(best === -1 ? '–' : String(best), create('small', '', note));
  const rows = values.map((probability, label) => {
    const fill = create('span', 'fill');
    fill.style.width = `${100 * probability}%`;
    const percent = create('span', 'number', `${(100 * probability).toFixed(1)} %`);
    return create(
      'li',
      label === best ? 'first' : '',
      create('span', '', String(label)),
      create('span', 'track', fill),
      percent,
    );
  });
  find('probabilities').replaceChildren(...rows);
}

/** Browsers do not let a page read files from disk; the page then shows what to do. */
const isFromDisk = location.protocol === 'file:';

async function start(): Promise<void> {
  let classifier: Classifier | undefined;
  let classes = 10;
  let isBusy = false;
  let isStale = false;

  /** One prediction at a time; a change during a prediction starts another one. */
  const look = async () => {
    if (classifier === undefined) return;
    isStale = true;
    if (isBusy) return;
    isBusy = true;
    find('result').ariaBusy = 'true';
    while (isStale) {
      isStale = false;
      const seen = centerDigit(area.read(), classifier.shape);
      const nothing = {
        pixels: new Float32Array(classifier.shape[0] * classifier.shape[1]),
        shape: classifier.shape,
      };
      showImage(find('seen'), seen ?? nothing);
      const probabilities = seen && (await classifier.classify(seen.pixels));
      showAnswer(probabilities, classes);
      showDoubts(seen === undefined ? [] : findDoubts(seen, probabilities!));
    }
    isBusy = false;
    find('result').ariaBusy = 'false';
  };

  const area = openDrawingArea(find('drawing'), () => void look());
  find('clear').addEventListener('click', area.clear);
  showAnswer(undefined, classes);
  if (isFromDisk) {
    find('state').textContent = '';
    find('from-disk').hidden = false;
    return;
  }
  classifier = await loadClassifier();
  classes = (await classifier.classify(new Float32Array(classifier.shape[0] * classifier.shape[1]))).length;
  find('state').textContent = 'Ready';
  await look();
}

start().catch((error: unknown) => {
  find('state').textContent = '';
  find('trouble').textContent =
    `The model cannot be loaded: ${error instanceof Error ? error.message : String(error)}. Look whether the server still runs, and reload the page.`;
});
