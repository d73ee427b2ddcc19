import { parseArgs } from 'node:util';
import { gpuPeers, ours } from './candidates';
import { accuracyFigure, epochFigure, formatRounds } from './format-results';
import { chooseFrom, networks } from './networks';
import { runRounds } from './run-rounds';

/**
 * Our engine on a GPU compared with Keras and PyTorch on the same GPU, each with and without compilation, at several batch
 * sizes. Needs an NVIDIA GPU, and space for the peers' CUDA libraries; `--device cpu` tests the script without a GPU.
 */
function main(): void {
  const { values } = parseArgs({
    options: {
      networks: { type: 'string', default: 'mlp,cnn' },
      peers: { type: 'string', default: Object.keys(gpuPeers('gpu')).join() },
      rounds: { type: 'string', default: '5' },
      epochs: { type: 'string', default: '5' },
      'batch-sizes': { type: 'string', default: '512,4096' },
      'train-count': { type: 'string', default: '60000' },
      device: { type: 'string', default: 'gpu' },
    },
  });
  const device = values.device === 'cpu' ? 'cpu' : 'gpu';
  const peers = gpuPeers(device);
  const candidates = [ours, ...chooseFrom(peers, values.peers).map((name) => peers[name])];
  for (const network of chooseFrom(networks, values.networks)) {
    for (const batchSize of values['batch-sizes'].split(',')) {
      const rounds = runRounds(Number(values.rounds), candidates, network, {
        batchSize: Number(batchSize),
        device,
        // One extra epoch, because the first one warms up.
        epochs: Number(values.epochs) + 1,
        trainCount: Number(values['train-count']),
        testCount: 10_000,
      });
      console.log(
        `\n${networks[network].name}, ${device}, batch ${batchSize}; seconds per epoch, median (range)\n\n${formatRounds(rounds, [epochFigure, accuracyFigure])}`,
      );
    }
  }
}

main();
