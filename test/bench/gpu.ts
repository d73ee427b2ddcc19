import { parseArgs } from 'node:util';
import { preparePython } from '../support/reference-python';
import { formatRounds, type NamedRuns } from './format-results';
import { type Baseline, type BaselineSettings, makeBaseline, nodeArgs } from './run-baseline';

/**
 * Our engine on a GPU compared with Keras and PyTorch on the same GPU, each with and without compilation, at both batch
 * sizes. Needs an NVIDIA GPU, and space for the baselines' CUDA libraries; `--device cpu` tests the script without a GPU.
 */
function main(): void {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      epochs: { type: 'string', default: '5' },
      'batch-sizes': { type: 'string', default: '512,4096' },
      device: { type: 'string', default: 'gpu' },
      baselines: { type: 'string', default: 'keras,pytorch' },
    },
  });
  const device = values.device === 'cpu' ? 'cpu' : 'gpu';
  const python = preparePython(device === 'gpu' ? 'gpu' : 'keras');
  for (const batchSize of values['batch-sizes'].split(',')) {
    const settings: BaselineSettings = { BENCH_BATCH_SIZE: batchSize, BENCH_DEVICE: device };
    const ours: [string, Baseline] = [
      'ours',
      makeBaseline(process.execPath, nodeArgs('ours.ts'), 'ours', settings),
    ];
    const others = values.baselines.split(',').flatMap((baseline) =>
      (['0', '1'] as const).map((compile): [string, Baseline] => [
        compile === '1' ? `${baseline}, compiled` : baseline,
        makeBaseline(python, [`${__dirname}/${baseline}_seed.py`], `${baseline}.keras`, {
          ...settings,
          BENCH_COMPILE: compile,
        }),
      ]),
    );
    const runs = runRounds(Number(values.rounds), Number(values.epochs) + 1, [ours, ...others]);
    console.log(
      `\n${device}, batch ${batchSize}; seconds per epoch, median (range)\n\n${formatRounds(runs)}`,
    );
  }
}

/** Every candidate once per round; the order is reversed from round to round. */
function runRounds(
  rounds: number,
  epochs: number,
  baselines: readonly (readonly [string, Baseline])[],
): NamedRuns[] {
  const results = baselines.map(([name]): NamedRuns => ({ name, runs: [] }));
  for (let round = 0; round < rounds; round += 1) {
    const order = baselines.map((_, index) => index);
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      results[index]!.runs.push(baselines[index]![1](epochs));
    }
  }
  return results;
}

main();
