import { join } from 'node:path';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { metricsSchema, predictionsSchema } from '../../../lib/contracts/results';
import { testPredictionsSchema } from '../../../lib/contracts/test-predictions';
import { loadModel } from '../../../lib/model/model-files';
import { labelsOf } from '../../../lib/model/model-labels';
import { evaluate } from '../../../lib/pipeline/steps/evaluate';
import { train } from '../../../lib/pipeline/steps/train';
import { getJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { prepareRun } from '../../functions/prepare-run';
import { nameClasses } from '../../support/name-classes';
import { createStepContext } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';

jest.mock('../../../lib/report/rasterize', () =>
  jest.requireActual('../../support/blank-drawings').blankDrawings(),
);
jest.mock('../../../lib/try-it/page-app', () => jest.requireActual('../../support/blank-app').blankApp());

const folder = useScratchFolder();
const classNames = ['T-shirt/top', '👩‍🎨 "שלום"', 'Ankle boot'];

test('the names and the white of the manifest are in the model and in every file of the evaluation', async () => {
  const store = new MemoryStore();
  const pointers = await prepareRun(store, 'run', join(folder, 'clothes'));
  await nameClasses(store, pointers, { classNames, white: 16 });
  const context = createStepContext(store);
  await train({ runId: 'run', ...pointers }, context);
  await evaluate({ runId: 'run', ...pointers, phases: [] }, context);

  const model = await loadModel(store, 'run');
  expect(labelsOf(model)).toMatchObject({ classNames, white: 16 });
  model.dispose();
  const predictions = await getJson(store, objectKeys.predictions('run'), predictionsSchema);
  expect(predictions.classNames).toEqual(classNames);
  const columns = await getJson(store, objectKeys.testPredictions('run'), testPredictionsSchema);
  expect(columns.classNames).toEqual(classNames);
  const metrics = await getJson(store, objectKeys.metrics('run'), metricsSchema);
  expect(metrics.classes.map(({ name }) => name)).toEqual(classNames);

  const textOf = async (key: string) => new TextDecoder().decode(await store.get(key));
  expect(await textOf(objectKeys.report('run'))).toContain('title="T-shirt/top"');
  expect(await textOf(objectKeys.plot('run', 'confusion-matrix', 'svg'))).toContain('>T-shirt/top</text>');
  const card = await textOf(objectKeys.modelCard('run'));
  expect(card).toContain('| 2 | Ankle boot |');
  expect(card).toContain('gray values divided by 16, so in [0, 1]');
});
