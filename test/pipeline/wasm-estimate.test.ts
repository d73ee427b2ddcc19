import { estimateOnWasm, type WasmEstimateOptions } from '../../lib/pipeline/wasm-estimate';

const layersOf = (...names: string[]) =>
  ({ layers: names.map((class_name) => ({ class_name })) }) as unknown as WasmEstimateOptions['network'];
const engineOf = (engine: 'native' | 'wasm') =>
  ({ environment: { engine } }) as WasmEstimateOptions['engine'];

/** Training steps of 2, 0.5, 0.5, … seconds, from the one after `done` on. */
function train(options: Pick<WasmEstimateOptions, 'network' | 'engine'>, done = 0): string[] {
  let milliseconds = 0;
  const messages: string[] = [];
  const onBatch = estimateOnWasm({
    ...options,
    epochs: 3,
    now: () => new Date(milliseconds),
    log: (message) => messages.push(message),
  });
  for (let step = done; step < 60; step += 1) {
    milliseconds += step === done ? 2000 : 500;
    onBatch({ epoch: Math.floor(step / 20) + 1, batch: (step % 20) + 1, batchesPerEpoch: 20 });
  }
  return messages.map((message) => message.replaceAll('\u00a0', ' '));
}

test('a convolutional network on WASM: one warning, from the three steps after the first, for all that follow', () => {
  for (const name of ['Conv2D', 'DepthwiseConv2D', 'SeparableConv2D']) {
    expect(train({ network: layersOf('Reshape', name, 'Dense'), engine: engineOf('wasm') })).toEqual([
      expect.stringMatching(/0\.50 s a training step, which makes about 28\.0 s for the remaining 56,/),
    ]);
  }
});

test('a resumed training counts from where it resumes', () => {
  expect(train({ network: layersOf('Conv2D'), engine: engineOf('wasm') }, 45)).toEqual([
    expect.stringContaining('for the remaining 11,'),
  ]);
  expect(train({ network: layersOf('Conv2D'), engine: engineOf('wasm') }, 57)).toEqual([]);
});

test('other networks and native TensorFlow: no warning', () => {
  expect(train({ network: layersOf('Flatten', 'Dense'), engine: engineOf('wasm') })).toEqual([]);
  expect(train({ network: layersOf('Conv2D'), engine: engineOf('native') })).toEqual([]);
});
