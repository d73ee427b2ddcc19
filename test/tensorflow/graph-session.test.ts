import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Graph } from '../../lib/tensorflow/graph';
import { type GraphBinding, GraphSession, requireGraphFolder } from '../../lib/tensorflow/graph-session';
import { NativeUnavailable } from '../../lib/tensorflow/native-unavailable';
import { useScratchFolder } from '../support/scratch-folder';

// Node reads TMPDIR from the process itself, where a test cannot set it.
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

test('a graph that TensorFlow refuses leaves no folder behind', () => {
  expect(() => new GraphSession(refusingBinding, new Graph())).toThrow('no such operation');
  expect(readdirSync(folder)).toEqual([]);
});

test('a folder for graphs is looked for beforehand, and leaves nothing behind', () => {
  requireGraphFolder();
  expect(readdirSync(folder)).toEqual([]);
  jest.mocked(tmpdir).mockReturnValue(join(folder, 'nowhere'));
  expect(requireGraphFolder).toThrow(NativeUnavailable);
});

test('a temporary folder that cannot be made is named, with what to do', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  jest.mocked(tmpdir).mockReturnValue(file);
  expect(() => new GraphSession(refusingBinding, new Graph())).toThrow(
    expect.objectContaining({
      name: 'EngineUnavailable',
      message: expect.stringMatching(/no folder for it can be made in .*file \(ENOTDIR.*set TMPDIR/),
    }),
  );
});
