import { runConfigSchema } from '../../lib/contracts/run-config';
import { assemble } from '../../lib/model/assemble';
import { saveModel, setModelWeights } from '../../lib/model/model-files';
import { hasConvolutions } from '../../lib/model/network-weights';
import { DirectoryStore } from '../../lib/store/directory-store';
import { chooseEngine } from '../../lib/training/choose-engine';
import { trainNetwork } from '../support/train-network';
import { readJob } from './job';
import { readMnist } from './mnist-images';
import { networks } from './networks';

/** A network on our native engine. Usage: ours.ts JOB_FILE; prints the same lines as the peers. */
async function main(jobFile: string): Promise<void> {
  const { network, epochs, batchSize, device, ...job } = readJob(jobFile);
  const { graph, config } = networks[network];
  const settings = runConfigSchema.parse({ ...config, epochs, batchSize, device, engine: 'native' });
  const isConvolutional = hasConvolutions(graph);
  const engine = await chooseEngine({ ...settings, isConvolutional }, () => {}, new AbortController().signal);
  const { weights } = await trainNetwork(graph, {
    engine,
    trainImages: readMnist(job.idxFolder, 'train', job.trainCount),
    validationImages: readMnist(job.idxFolder, 't10k', job.testCount),
    settings,
    onEpoch: async (history) => {
      const { seconds, val_acc: accuracy } = history.at(-1)!;
      console.log(JSON.stringify({ seconds, accuracy }));
    },
  });
  const model = assemble(graph, 'The network');
  setModelWeights(model, weights);
  await saveModel(new DirectoryStore(job.modelFile), 'bench', model);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ wholeSeconds: process.uptime(), peakBytes, version: process.versions.node }));
}

void main(process.argv[2]!);
