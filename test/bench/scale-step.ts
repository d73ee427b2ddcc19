import { datasetPlanSchema } from '../../lib/contracts/dataset';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { admitRun } from '../../lib/pipeline/admit-run';
import type { StepContext } from '../../lib/pipeline/step-context';
import { commitPreprocessing } from '../../lib/pipeline/steps/commit';
import { evaluate } from '../../lib/pipeline/steps/evaluate';
import { preprocessPart } from '../../lib/pipeline/steps/shard';
import { train } from '../../lib/pipeline/steps/train';
import { DirectoryStore } from '../../lib/store/directory-store';
import { getJson } from '../../lib/store/json-objects';
import { type ScaleJob, type ScaleMeasurement, scaleJobSchema } from './scale-job';
import { writeShiftedMnist } from './shifted-mnist';

/** Usage: scale-step.ts JOB, as JSON; prints a measurement. */
async function main(job: ScaleJob): Promise<void> {
  const context: StepContext = {
    store: new DirectoryStore(job.storeFolder),
    now: () => new Date(),
    notify: () => {},
    signal: new AbortController().signal,
  };
  const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
  const pointers = await runStep(job, context);
  const { user, system } = process.cpuUsage(cpuBefore);
  const measurement: ScaleMeasurement = {
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: (user + system) / 1e6,
    // Kilobytes: https://nodejs.org/api/process.html#processresourceusage
    peakBytes: process.resourceUsage().maxRSS * 1024,
    pointers,
  };
  console.log(JSON.stringify(measurement));
}

async function runStep(
  { step, datasetFolder, trainCount, testCount, runId, shuffleWindow, hidden, ...job }: ScaleJob,
  context: StepContext,
): Promise<ScaleJob['pointers']> {
  if (step === 'generate') {
    writeShiftedMnist(datasetFolder, trainCount, testCount);
    return undefined;
  }
  if (step === 'plan') {
    const settings = {
      dataset: datasetFolder,
      epochs: 1,
      engine: 'native',
      device: 'cpu',
      shuffleWindow,
      hidden,
    };
    return admitRun({ runId, config: runConfigSchema.parse(settings) }, context);
  }
  const pointers = { ...job.pointers!, runId };
  if (step === 'shard') {
    const planKey = objectKeys.plan(pointers.dataset, pointers.contentKey);
    const { parts } = await getJson(context.store, planKey, datasetPlanSchema);
    for (const part of parts) await preprocessPart(part, context);
  } else if (step === 'commit') await commitPreprocessing(pointers, context);
  else if (step === 'train') await train(pointers, context);
  else await evaluate({ ...pointers, phases: [] }, context);
  return undefined;
}

void main(scaleJobSchema.parse(JSON.parse(process.argv[2]!)));
