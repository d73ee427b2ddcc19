import { PermanentError } from '../contracts/errors';
import type { ImageShape } from '../contracts/image-shape';
import type { RunConfig } from '../contracts/run-config';
import type { ObjectReader } from '../store/content-object';
import { describeCnn, describeMlp } from './architectures';
import { fitImageShape } from './fit-images';
import type { KerasGraph } from './keras-graph';
import { loadArchitecture } from './stored-architecture';
import { normalizesBatches, requireTrainable } from './trainable';

type NetworkConfig = Pick<RunConfig, 'model' | 'hidden' | 'filters' | 'dropout' | 'l2' | 'batchSize'> & {
  /** The width of the output layer. */
  readonly classes: number;
};

const what = 'The network of this run';

/**
 * The network that a configuration names, without weights: a built-in one, or a stored one. It takes pixels in [0, 1] of
 * images of this shape, and can be trained and exported.
 *
 * @throws PermanentError InvalidInput, naming the layer, for a network that cannot; ArtifactNotFound or CorruptArtifact for
 *   a stored one.
 */
export async function networkOf(
  config: NetworkConfig,
  imageShape: ImageShape,
  store: ObjectReader,
): Promise<KerasGraph> {
  const described = await describeNetwork(config, imageShape, store);
  const graph = requireTrainable(fitImageShape(described, imageShape, what), config.classes, what);
  if (config.batchSize > 1 || !normalizesBatches(graph)) return graph;
  throw new PermanentError(
    'InvalidInput',
    `${what} has batch normalization, which needs several images per batch, and the batch size is 1. Give a larger --batch-size, such as 128.`,
  );
}

async function describeNetwork(
  config: NetworkConfig,
  imageShape: ImageShape,
  store: ObjectReader,
): Promise<KerasGraph> {
  switch (config.model) {
    case 'mlp':
      return describeMlp(config, imageShape);
    case 'cnn':
      return describeCnn(config, imageShape);
    default:
      return loadArchitecture(store, config.model);
  }
}
