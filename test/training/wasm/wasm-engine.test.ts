import { memory, tidy } from '@tensorflow/tfjs-core';
import { openWasmEngine } from '../../../lib/training/wasm/wasm-engine';
import { WasmMasks } from '../../../lib/training/wasm/wasm-masks';
import { describeTrainingEngine } from '../../support/training-engine-conformance';

describeTrainingEngine('the WASM engine', async () => ({
  engine: await openWasmEngine(),
  drawMask: async (shape, rate, { index, ...position }) =>
    tidy(() => {
      const masks = new WasmMasks(position);
      for (let before = 0; before < index; before += 1) masks.draw([1], rate);
      return masks.draw(shape, rate).dataSync<'float32'>();
    }),
  countTensors: () => memory().numTensors,
}));
