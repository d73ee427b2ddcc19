import { bundlePrograms } from '../../scripts/build';

/** The files that a command loads before it starts, libraries included, according to the build's metadata. */
const { outputs } = bundlePrograms('unused', { isMinified: true, write: false });

function loadedBy(source: string): string[] {
  const start = Object.keys(outputs).find((name) => outputs[name]!.entryPoint === source);
  if (start === undefined) throw new Error(`${source} is not a separate file in the build`);
  const files = new Set([start]);
  for (const file of files) {
    for (const { path, kind, external } of outputs[file]!.imports) {
      if (kind !== 'dynamic-import' && external !== true) files.add(path);
    }
  }
  return [...files].flatMap((file) => Object.keys(outputs[file]!.inputs));
}

function packagesLoadedBy(source: string): string[] {
  const names = loadedBy(source).map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

test('help loads the parser of flags and no library of any command', () => {
  expect(packagesLoadedBy('cli/main.ts')).toEqual(['commander']);
  expect(loadedBy('cli/main.ts').filter((file) => file.startsWith('lib/'))).toEqual([
    'lib/contracts/pixel-range.ts',
    'lib/contracts/did-you-mean.ts',
    'lib/contracts/presets.ts',
    'lib/contracts/shorten.ts',
    'lib/contracts/errors.ts',
  ]);
});

const tensorflow = /^@tensorflow/;
const aws = /^@(aws|smithy)/;
const drawing = /^(d3|@resvg|fast-png)/;

test.each([
  ['cli/commands/runs.ts', [tensorflow, aws, drawing]],
  ['cli/choose-store.ts', [tensorflow, aws, drawing]],
  ['cli/commands/train-from-flags.ts', [tensorflow, aws, drawing]],
  ['cli/commands/sweep-from-flags.ts', [tensorflow, aws, drawing]],
  ['cli/commands/show-sweep.ts', [tensorflow, aws]],
  ['cli/commands/sweep.ts', [aws]],
  ['cli/commands/open.ts', [tensorflow, aws, drawing]],
  ['cli/commands/show.ts', [tensorflow, aws, drawing]],
  ['cli/commands/schema.ts', [tensorflow, aws, drawing]],
  ['cli/commands/completion.ts', [tensorflow, aws, drawing]],
  ['cli/commands/predict.ts', [aws]],
  ['cli/commands/serve.ts', [aws]],
  ['cli/commands/compare.ts', [tensorflow, aws]],
  ['cli/commands/evaluate-model.ts', [aws]],
  ['cli/commands/train.ts', [aws]],
  ['cli/commands/doctor.ts', [aws]],
  ['cli/cloud/control-run.ts', [tensorflow]],
  ['cli/cloud/sweeps/sweep-in-cloud.ts', [tensorflow]],
  ['cli/cloud/sweeps/show-sweep.ts', [tensorflow]],
])('%s loads no library that only other commands need', (source, unneeded) => {
  const packages = packagesLoadedBy(source);

  expect(packages.filter((name) => unneeded.some((pattern) => pattern.test(name)))).toEqual([]);
});
