import { objectKeys } from '../contracts/object-keys';
import { type TryItExamples, tryItExamplesSchema } from '../contracts/try-it-examples';
import type { ImageSource } from '../dataset/image-source';
import { getJsonIfPresent, putJson } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';
import { chooseExamples } from './choose-examples';
import { readApp } from './page-app';
import type { PageData } from './page-data';
import { pagePolicy } from './page-policy';
import { readPageModel } from './read-page-model';
import { renderTryItPage } from './try-it-page';

export interface BuiltPage {
  readonly body: Uint8Array;
  /** Its Content Security Policy. */
  readonly policy: string;
}

/**
 * The try-it page of a run: one file with its script, the model and example images in it. The same run gives the same
 * bytes.
 *
 * @param examples - @default those in the store
 * @throws PermanentError ArtifactNotFound or CorruptArtifact for the run's model or its examples.
 */
export async function buildPage(
  store: ObjectStore,
  runId: string,
  examples?: TryItExamples,
): Promise<BuiltPage> {
  const [app, model, shown] = await Promise.all([
    readApp(),
    readPageModel(store, runId),
    // Absent in runs of earlier versions: their page has no examples.
    examples ?? getJsonIfPresent(store, objectKeys.tryItExamples(runId), tryItExamplesSchema),
  ]);
  const data: PageData = { ...model, ...(shown && { examples: pickShown(shown) }) };
  const script = new TextDecoder().decode(app);
  const policy = pagePolicy(script);
  return { body: new TextEncoder().encode(renderTryItPage({ runId, data, script, policy })), policy };
}

const pickShown = ({ imageShape, images }: NonNullable<PageData['examples']>) => ({ imageShape, images });

/**
 * Stores the page in the run's folder, so that it is copied with the run. The model must be stored already.
 *
 * @param labelCounts - test images with label 0, 1, …
 */
export async function savePage(
  store: ObjectStore,
  runId: string,
  testImages: ImageSource,
  labelCounts: readonly number[],
): Promise<void> {
  const examples = await chooseExamples(runId, testImages, labelCounts);
  await putJson(store, objectKeys.tryItExamples(runId), tryItExamplesSchema, examples);
  const { body } = await buildPage(store, runId, examples);
  await store.put(objectKeys.tryItPage(runId), body);
}
