import { parseArgs } from 'node:util';
import { preparePython } from '../support/python-peers';
import { formatRounds, type NamedRuns } from './format-results';
import { makePeer, nodeArgs, type Peer, type PeerSettings } from './run-peer';

/**
 * Our engine on a GPU beside Keras and PyTorch on the same card, each with and without compilation, at both batch
 * sizes. Needs an NVIDIA GPU, and room for the peers' CUDA libraries; `--device cpu` tries the script without one.
 */
function main(): void {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      epochs: { type: 'string', default: '5' },
      'batch-sizes': { type: 'string', default: '512,4096' },
      device: { type: 'string', default: 'gpu' },
      peers: { type: 'string', default: 'keras,pytorch' },
    },
  });
  const device = values.device === 'cpu' ? 'cpu' : 'gpu';
  const python = preparePython(device === 'gpu' ? 'gpu' : 'keras');
  for (const batchSize of values['batch-sizes'].split(',')) {
    const settings: PeerSettings = { BENCH_BATCH_SIZE: batchSize, BENCH_DEVICE: device };
    const ours: [string, Peer] = ['ours', makePeer(process.execPath, nodeArgs('ours.ts'), 'ours', settings)];
    const others = values.peers.split(',').flatMap((peer) =>
      (['0', '1'] as const).map((compile): [string, Peer] => [
        compile === '1' ? `${peer}, compiled` : peer,
        makePeer(python, [`${__dirname}/${peer}_seed.py`], `${peer}.keras`, {
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

/** Everybody once a round; the order is turned round from round to round. */
function runRounds(rounds: number, epochs: number, peers: readonly (readonly [string, Peer])[]): NamedRuns[] {
  const results = peers.map(([name]): NamedRuns => ({ name, runs: [] }));
  for (let round = 0; round < rounds; round += 1) {
    const order = peers.map((_, index) => index);
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      results[index]!.runs.push(peers[index]![1](epochs));
    }
  }
  return results;
}

main();
