import { centerDigit, type GrayImage } from '../../image/center-digit';
import { findDoubts } from '../../image/doubts';
import type { Classifier } from '../classifier';
import { measureOcclusion } from '../occlusion';
import { type PageData, pageDataId } from '../page-data';
import { find, indexOfLargest, showAnswer, showDoubts, showSeen } from './answer-view';
import { type DrawingArea, openDrawingArea } from './drawing-area';
import { listExamples } from './examples';
import { loadClassifier } from './load-classifier';
import { listenToShortcuts } from './shortcuts';

/** The pen rests this long before the page explains the answer. */
const restMilliseconds = 250;

/** Answers each change of the drawing, and explains the answer when the drawing is at rest. */
class Observer {
  private isBusy = false;
  private changeCount = 0;
  private restTimer = 0;

  constructor(
    private readonly classifier: Classifier,
    private readonly area: DrawingArea,
  ) {}

  /** One prediction at a time; a change during a prediction starts another one. */
  async observe(): Promise<void> {
    this.changeCount += 1;
    clearTimeout(this.restTimer);
    if (this.isBusy) return;
    this.isBusy = true;
    find('result').ariaBusy = 'true';
    for (let seenCount = -1; seenCount !== this.changeCount; ) {
      seenCount = this.changeCount;
      await this.answer();
    }
    this.isBusy = false;
    find('result').ariaBusy = 'false';
  }

  private async answer(): Promise<void> {
    const { shape, classes, classify } = this.classifier;
    const start = performance.now();
    const seen = centerDigit(this.area.read(), shape);
    const probabilities = seen && (await classify(seen.pixels));
    showSeen(seen ?? { pixels: new Float32Array(shape[0] * shape[1]), shape });
    showAnswer(probabilities, classes);
    showDoubts(seen === undefined ? [] : findDoubts(seen, probabilities!));
    performance.measure('answer', { start });
    if (seen === undefined) return;
    const label = indexOfLargest(probabilities!);
    this.restTimer = window.setTimeout(() => void this.explain(seen, label), restMilliseconds);
  }

  private async explain(seen: GrayImage, label: number): Promise<void> {
    const count = this.changeCount;
    const start = performance.now();
    const contributions = await measureOcclusion(
      this.classifier,
      seen,
      label,
      () => count !== this.changeCount,
    );
    if (contributions === undefined) return;
    showSeen(seen, contributions);
    performance.measure('explanation', { start });
  }
}

async function start(): Promise<void> {
  const { model, examples } = JSON.parse(find(pageDataId).textContent!) as PageData;
  let observer: Observer | undefined;
  const area = openDrawingArea(find('drawing'), () => void observer?.observe());
  find('clear').addEventListener('click', area.clear);
  find('undo').addEventListener('click', area.undo);
  find('examples').hidden = examples === undefined;
  const choices =
    examples === undefined
      ? []
      : listExamples(find('example-list'), examples, ({ gray, shape }) => area.showImage(gray, shape));
  listenToShortcuts(find('shortcuts'), {
    onDigit: (position) => {
      const example = choices[position];
      if (example !== undefined) area.showImage(example.gray, example.shape);
    },
    onUndo: area.undo,
    onClear: area.clear,
  });
  observer = new Observer(await loadClassifier(model), area);
  find('state').textContent = 'Ready';
  await observer.observe();
}

start().catch((error: unknown) => {
  find('state').textContent = '';
  find('trouble').textContent =
    `The model cannot be loaded: ${error instanceof Error ? error.message : String(error)}.`;
});
