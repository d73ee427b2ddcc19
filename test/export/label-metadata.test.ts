import { describeModel } from '../../lib/export/exportable-model';
import { readHdf5 } from '../../lib/export/hdf5';
import { writeKerasH5 } from '../../lib/export/keras-h5';
import { attachLabels } from '../../lib/model/model-labels';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { buildMlp } from '../support/perceptron';
import { adam } from '../support/sample-models';

beforeAll(useWasmBackend);

test('the longest list of names fits into an .h5: HDF5 limits other attributes to 64 KiB', async () => {
  const classNames = Array.from({ length: 256 }, (_, index) => `${index} ${'🧥'.repeat(98)}`);
  const model = buildMlp({ hidden: [], dropout: 0, l2: 0, classes: 256 }, [2, 2]);
  attachLabels(model, { classNames, white: 255 });
  const file = await writeKerasH5(await describeModel(model, adam));
  model.dispose();
  const text = await readHdf5(file, 'The file', (reader) => reader.readText('/', 'class_names'));
  expect(JSON.parse(text!)).toEqual(classNames);
});
