import { memory, tidy, zeros } from '@tensorflow/tfjs-core';
import { openWasmEngine } from '../../lib/training/wasm-engine';
import { WasmOps } from '../../lib/training/wasm-ops';
import { describeTrainingEngine } from '../support/training-engine-conformance';

describeTrainingEngine('the WASM engine', async () => ({
  engine: await openWasmEngine(),
  dropoutMask: async (shape, rate, { layer, ...position }) =>
    tidy(() => new WasmOps(position).dropoutMask(zeros([...shape]), rate, layer).dataSync<'float32'>()),
  countTensors: () => memory().numTensors,
}));
