import { datasetManifestSchema, type Split } from '../../lib/contracts/dataset';
import type { ImageShape } from '../../lib/contracts/image-shape';
import { objectKeys } from '../../lib/contracts/object-keys';
import type { RunConfig } from '../../lib/contracts/run-config';
import { normalizePixels } from '../../lib/dataset/pixels';
import { encodeShard } from '../../lib/dataset/shards';
import { putJson } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';
import { createStepContext, prepareDataset } from './prepare-dataset';
import { makeTinyDataset, writeTinyDataset } from './tiny-dataset';

const classes = 3;
const imageShape: ImageShape = [8, 8, 3];

/** A run that is ready for training, on random patterns in color. */
export async function prepareColorRun(
  store: ObjectStore,
  runId: string,
  folder: string,
  settings: Partial<RunConfig>,
) {
  // The dataset is prepared in gray, and then gets shards in color.
  await writeTinyDataset(folder, { classes, imageShape: [8, 8] });
  const context = createStepContext(store);
  const config = { classes, engine: 'wasm' as const, epochs: 2, batchSize: 20, ...settings };
  const manifest = await prepareDataset(folder, context, config, runId);
  const colors = makeTinyDataset({ classes, imageShape });
  const { dataset, contentKey } = manifest;
  const replaceShard = async (split: Split) => {
    const [shard] = manifest[split].shards;
    const images = normalizePixels(colors[split].pixels);
    const body = await encodeShard({ images, labels: colors[split].labels }, imageShape);
    const { sha256, bytes } = await store.put(shard!.key, body);
    return { ...manifest[split], shards: [{ ...shard!, sha256: sha256!, bytes }] };
  };
  await putJson(store, objectKeys.manifest(dataset, contentKey), datasetManifestSchema, {
    ...manifest,
    imageShape,
    train: await replaceShard('train'),
    test: await replaceShard('test'),
  });
  return { dataset, contentKey, colors };
}
