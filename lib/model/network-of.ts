import type { RunConfig } from '../contracts/run-config';
import type { ObjectReader } from '../store/content-object';
import { describeCnn, describeMlp } from './architectures';
import type { KerasGraph } from './keras-graph';
import { loadArchitecture } from './stored-architecture';

type NetworkConfig = Pick<RunConfig, 'hidden' | 'dropout' | 'l2' | 'classes'> & {
  readonly model: string;
  readonly filters: readonly number[];
};

/**
 * The network that a configuration names, without weights: a built-in one for images of this shape, or a stored one.
 *
 * @throws PermanentError ArtifactNotFound or CorruptArtifact for a stored one.
 */
export async function networkOf(
  config: NetworkConfig,
  imageShape: readonly [number, number],
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
