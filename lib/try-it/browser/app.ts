import { indexNames } from '../../contracts/class-names';
import { nameInText } from '../../report/class-labels';
import type { Classifier, ModelImage } from '../classifier';
import { measureOcclusion } from '../occlusion';
import { type PageData, pageDataId, preparationOfPage } from '../page-data';
import { find, indexOfLargest, showAnswer, showDoubts, showSeen } from './answer-view';
import { listExamples } from './examples';
import { type Inputs, takeDrawings, takeImages } from './inputs';
import { loadClassifier } from './load-classifier';
import { listenToShortcuts } from './shortcuts';

/** The pen rests this long before the page explains the answer. */
const restMilliseconds = 250;

/** Answers each change of the image, and explains the answer when the image is at rest. */
class Observer {
  private isBusy = false;
  private changeCount = 0;
  private restTimer = 0;

  constructor(
    private readonly classifier: Classifier,
    private readonly inputs: Inputs,
    private readonly isDrawing: boolean,
    private readonly classNames: readonly string[],
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
    const { shape, classify } = this.classifier;
    const start = performance.now();
    const seen = this.inputs.read(shape);
    const probabilities = seen && (await classify(seen.pixels));
    showSeen(seen ?? { pixels: new Float32Array(shape[0] * shape[1] * (shape[2] ?? 1)), shape });
    showAnswer(probabilities, this.classNames, this.isDrawing ? 'draw something' : 'choose an image');
    showDoubts(
      seen === undefined
        ? []
        : this.inputs.doubtsOf(seen, probabilities!, (label) => nameInText(this.classNames[label]!)),
    );
    performance.measure('answer', { start });
    if (seen === undefined) return;
    const label = indexOfLargest(probabilities!);
    this.restTimer = window.setTimeout(() => void this.explain(seen, label), restMilliseconds);
  }

  private async explain(seen: ModelImage, label: number): Promise<void> {
    const count = this.changeCount;
    const start = performance.now();
    const contributions = await measureOcclusion(
      this.classifier,
      { ...seen, isDrawing: this.isDrawing },
      label,
      () => count !== this.changeCount,
    );
    if (contributions === undefined) return;
    showSeen(seen, contributions);
    performance.measure('explanation', { start });
  }
}

async function start(): Promise<void> {
  const data = JSON.parse(find(pageDataId).textContent!) as PageData;
  const { model, examples } = data;
  const nameOf = (label: number) => data.classNames?.[label] ?? String(label);
  const preparation = preparationOfPage(data);
  let observer: Observer | undefined;
  const onChange = () => void observer?.observe();
  const canvas = find<HTMLCanvasElement>('drawing');
  const inputs = preparation.isCentered
    ? takeDrawings(canvas, onChange)
    : takeImages(canvas, preparation, onChange);
  find('clear').addEventListener('click', inputs.clear);
  find('undo')?.addEventListener('click', inputs.undo);
  find('examples').hidden = examples === undefined;
  const choices =
    examples === undefined
      ? []
      : listExamples(find('example-list'), examples, nameOf, ({ pixels, shape }) =>
          inputs.showExample(pixels, shape),
        );
  listenToShortcuts(find('shortcuts'), {
    onDigit: (position) => {
      const example = choices[position];
      if (example !== undefined) inputs.showExample(example.pixels, example.shape);
    },
    onUndo: inputs.undo,
    onClear: inputs.clear,
  });
  const classifier = await loadClassifier(model);
  const classNames = indexNames(classifier.classes).map((_, label) => nameOf(label));
  observer = new Observer(classifier, inputs, preparation.isCentered, classNames);
  find('state').textContent = 'Ready';
  await observer.observe();
}

start().catch((error: unknown) => {
  find('state').textContent = '';
  find('trouble').textContent =
    `The model cannot be loaded: ${error instanceof Error ? error.message : String(error)}.`;
});
