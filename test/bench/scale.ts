import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { objectKeys } from '../../lib/contracts/object-keys';
import { historySchema, trainingRecordSchema } from '../../lib/contracts/results';
import { prepareNativeTensorFlow } from '../../lib/native-setup/native-setup';
import {
  formatEpochs,
  formatMeasurement,
  formatScale,
  type ScaleResult,
  type ScaleRun,
} from './format-scale';
import { type ScaleJob, type ScaleMeasurement, type ScaleStep, scaleMeasurementSchema } from './scale-job';

/** An image in the IDX files, and its shard's part with room to spare. */
const bytesPerImage = 784 + 784;
/** Checkpoints, models and reports of a size. */
const otherBytes = 500e6;
/** A test image for so many training images. */
const trainPerTest = 20;

/** Time and memory of every step, each in a process of its own, for growing datasets like MNIST. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      counts: { type: 'string', default: '250000,500000,1000000,2000000' },
      windows: { type: 'string', default: '0,20000' },
      /** Of the network. Without: the default configuration. */
      hidden: { type: 'string' },
      /** Trainings with each window, of the first size. */
      rounds: { type: 'string', default: '3' },
    },
  });
  const counts = readNumbers(values.counts);
  const windows = readNumbers(values.windows);
  const hidden = values.hidden === undefined ? undefined : readNumbers(values.hidden);
  const native = await prepareNativeTensorFlow((message) => console.error(message));
  if (!native.available)
    throw new Error(`The benchmark needs native TensorFlow: ${native.reason}. ${native.remedy}`);
  const folder = mkdtempSync(join(tmpdir(), 'mnist-pipeline-scale-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  // A process that dies of a signal has no exit event.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  assertFreeDisk(folder, Math.max(...counts));
  const results = counts.map((trainCount, position) => {
    const rounds = position === 0 ? Number(values.rounds) : 1;
    return measureSize({ folder: join(folder, String(trainCount)), trainCount, hidden, windows, rounds });
  });
  const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  console.log(`${machine}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}\n`);
  console.log(`${formatScale(results)}\n\n${formatEpochs(results[0]!)}`);
}

const readNumbers = (list: string) => list.split(',').map(Number);

/** One size is on disk at a time. */
function assertFreeDisk(folder: string, count: number): void {
  const needed = count * (1 + 1 / trainPerTest) * bytesPerImage + otherBytes;
  const { bavail, bsize } = statfsSync(folder);
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  if (bavail * bsize >= needed) return;
  throw new Error(
    `${count.toLocaleString('en')} images need ${gigabytes(needed)} of disk, and ${tmpdir()} has ${gigabytes(bavail * bsize)} free. Set TMPDIR to another folder, or pass smaller --counts.`,
  );
}

function measureSize({
  folder,
  trainCount,
  hidden,
  windows,
  rounds,
}: Pick<ScaleJob, 'trainCount' | 'hidden'> & {
  readonly folder: string;
  readonly windows: readonly number[];
  readonly rounds: number;
}): ScaleResult {
  const testCount = Math.ceil(trainCount / trainPerTest);
  const size = {
    datasetFolder: join(folder, 'digits'),
    storeFolder: join(folder, 'store'),
    trainCount,
    testCount,
    hidden,
  };
  const prepare = (step: ScaleStep, pointers?: ScaleJob['pointers']) =>
    measureStep({ ...size, step, pointers, runId: 'prepared', shuffleWindow: 0 });
  prepare('generate');
  const plan = prepare('plan');
  const shard = prepare('shard', plan.pointers);
  const commit = prepare('commit', plan.pointers);
  const runs: ScaleRun[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const shuffleWindow of round % 2 === 1 ? windows : windows.toReversed())
      runs.push(measureRun({ ...size, shuffleWindow, runId: `window-${shuffleWindow}-round-${round}` }));
  }
  const bytesOnDisk = {
    sourceBytes: sumBytes(size.datasetFolder),
    shardBytes: sumBytes(size.storeFolder, '.npz'),
  };
  rmSync(folder, { recursive: true });
  return { trainCount, testCount, ...bytesOnDisk, preparation: { plan, shard, commit }, runs };
}

/** The dataset is prepared already, which the plan of the run finds. */
function measureRun(run: Omit<ScaleJob, 'step' | 'pointers'>): ScaleRun {
  const { pointers } = measureStep({ ...run, step: 'plan' });
  const train = measureStep({ ...run, step: 'train', pointers });
  const evaluate = measureStep({ ...run, step: 'evaluate', pointers });
  const read = (key: string) => JSON.parse(readFileSync(join(run.storeFolder, key), 'utf8'));
  const { epochs } = historySchema.parse(read(objectKeys.history(run.runId)));
  const { windowRows } = trainingRecordSchema.parse(read(objectKeys.training(run.runId)));
  const { shuffleWindow } = run;
  return { shuffleWindow, windowRows, train, epochSeconds: epochs[0]!.seconds, evaluate };
}

/** The peak of a process begins with what its parent has at that moment, so this process stays small. */
function measureStep(job: ScaleJob): ScaleMeasurement {
  // With tsx/cjs, imports that a step does later would not find TypeScript.
  const args = ['--import', 'tsx', join(__dirname, 'scale-step.ts'), JSON.stringify(job)];
  const output = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const measurement = scaleMeasurementSchema.parse(JSON.parse(output));
  const what = `${job.trainCount.toLocaleString('en')} images, ${job.runId}, ${job.step}`;
  console.error(`${what}: ${formatMeasurement(measurement)}`);
  return measurement;
}

function sumBytes(folder: string, ending = ''): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}

void main();
