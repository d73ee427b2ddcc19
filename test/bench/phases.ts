import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { historySchema } from '../../lib/contracts/results';
import { formatPhases, type RunPhases } from './format-phases';

const launcher = join(__dirname, '../../cli/mnist-pipeline.js');
/** Phases outside of the epochs do not depend on their number. */
const epochs = 2;

/** Runs the built program on an empty store, and a second time on the same store. */
export function measurePhases(): readonly [first: RunPhases, second: RunPhases] {
  // Builds the program where its sources have changed.
  execFileSync(process.execPath, [launcher, '--version']);
  const folder = mkdtempSync(join(tmpdir(), 'mnist-pipeline-phases-'));
  try {
    return [timeRun(folder, 'first'), timeRun(folder, 'second')];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The times of the files that a run writes at the end of each phase separate the phases. */
function timeRun(folder: string, runId: string): RunPhases {
  const started = Date.now();
  const flags = ['--store', folder, '--run-id', runId, '--epochs', String(epochs), '--device', 'cpu'];
  execFileSync(process.execPath, [launcher, 'train', ...flags], { stdio: 'ignore' });
  const ended = Date.now();
  const written = (key: string) => statSync(join(folder, key)).mtimeMs;
  const history = historySchema.parse(
    JSON.parse(readFileSync(join(folder, objectKeys.history(runId)), 'utf8')),
  );
  const epochSeconds = history.epochs.reduce((sum, { seconds }) => sum + seconds, 0);
  const reserved = written(objectKeys.config(runId));
  const prepared = Math.max(reserved, ...listManifests(folder).map(written));
  const trained = Math.max(...([0, 1] as const).map((slot) => written(objectKeys.checkpoint(runId, slot))));
  const saved = written(objectKeys.training(runId));
  const published = written(objectKeys.runRecord(runId));
  const seconds = (from: number, to: number) => (to - from) / 1000;
  return {
    'start, check the dataset': seconds(started, reserved),
    'import it, make and check shards': seconds(reserved, prepared),
    'load dataset and engine': seconds(prepared, trained) - epochSeconds,
    'save and export the model': seconds(trained, saved),
    'evaluate, draw plots, write the report': seconds(saved, published),
    'register, end': seconds(published, ended),
    epochs: epochSeconds,
  };
}

function listManifests(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.startsWith('datasets/') && name.endsWith('/manifest.json'));
}

if (require.main === module) console.log(formatPhases([measurePhases()]));
