import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Graph } from '../../lib/tensorflow/graph';
import type { GraphBinding } from '../../lib/tensorflow/graph-binding';
import { GraphSession, requireGraphFolder } from '../../lib/tensorflow/graph-session';
import { NativeUnavailable } from '../../lib/tensorflow/native-unavailable';
import { useScratchFolder } from '../support/scratch-folder';

// Node.js reads TMPDIR from the real environment, which a test cannot set.
jest.mock('node:os', () => ({ ...jest.requireActual('node:os'), tmpdir: jest.fn() }));
jest.mocked(tmpdir).mockImplementation(jest.requireActual('node:os').tmpdir);

const folder = useScratchFolder();
beforeEach(() => jest.mocked(tmpdir).mockReturnValue(folder));

const refusingBinding = {
  loadSavedModel: () => {
    expect(readdirSync(folder)).toHaveLength(1);
    throw new Error('no such operation');
  },
} as unknown as GraphBinding;

test('a graph that TensorFlow refuses leaves no folder', () => {
  expect(() => new GraphSession(refusingBinding, new Graph())).toThrow('no such operation');
  expect(readdirSync(folder)).toEqual([]);
});

test('the check for a folder for graphs leaves nothing', () => {
  requireGraphFolder();
  expect(readdirSync(folder)).toEqual([]);
  jest.mocked(tmpdir).mockReturnValue(join(folder, 'nowhere'));
  expect(requireGraphFolder).toThrow(NativeUnavailable);
});

test('a temporary folder that cannot be created is named, with a remedy', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  jest.mocked(tmpdir).mockReturnValue(file);
  expect(() => new GraphSession(refusingBinding, new Graph())).toThrow(
    expect.objectContaining({
      name: 'EngineUnavailable',
      message: expect.stringMatching(/no folder for it can be created in .*file \(ENOTDIR.*set TMPDIR/),
    }),
  );
});
