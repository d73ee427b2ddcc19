import { datasetManifestSchema, datasetPlanSchema } from '../../lib/contracts/dataset';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { admitRun } from '../../lib/pipeline/admit-run';
import type { StepContext } from '../../lib/pipeline/step-context';
import { commitPreprocessing } from '../../lib/pipeline/steps/commit';
import { preprocessPart } from '../../lib/pipeline/steps/shard';
import { DirectoryStore } from '../../lib/store/directory-store';
import { getJson } from '../../lib/store/json-objects';

/** In order; the last one finds existing shards. */
export type LoadPhase = 'plan' | 'shard' | 'commit' | 'plan again';

export interface LoadMeasurement {
  readonly phase: LoadPhase;
  readonly shardCount: number;
  readonly seconds: number;
  /** Peak resident set of the process, and its initial one, in bytes. */
  readonly peakBytes: number;
  readonly startBytes: number;
  /** Calls to the store by method. */
  readonly calls: Readonly<Record<string, number>>;
  readonly planBytes: number;
  /** 0 until there is one. */
  readonly manifestBytes: number;
}

/** Counts the calls of a step to its store. */
class CountingStore extends DirectoryStore {
  readonly calls: Record<string, number> = {};

  private count(method: string): void {
    this.calls[method] = (this.calls[method] ?? 0) + 1;
  }
  override get(key: string) {
    this.count('get');
    return super.get(key);
  }
  override getRange(key: string, offset: number, length: number) {
    this.count('getRange');
    return super.getRange(key, offset, length);
  }
  override head(key: string) {
    this.count('head');
    return super.head(key);
  }
  override put(key: string, body: Uint8Array) {
    this.count('put');
    return super.put(key, body);
  }
  override putIfAbsent(key: string, body: Uint8Array) {
    this.count('putIfAbsent');
    return super.putIfAbsent(key, body);
  }
}

/** Runs one phase in this process, with the results of earlier phases in `storeFolder`. */
async function measure(
  phase: LoadPhase,
  datasetFolder: string,
  storeFolder: string,
): Promise<LoadMeasurement> {
  const store = new CountingStore(storeFolder);
  const context: StepContext = {
    store,
    now: () => new Date(),
    notify: () => {},
    signal: new AbortController().signal,
  };
  const pointer = phase.startsWith('plan') ? undefined : await findPointer(store);
  for (const method of Object.keys(store.calls)) delete store.calls[method];
  const startBytes = process.memoryUsage.rss();
  const startedAt = performance.now();
  const { dataset, contentKey } = await runPhase(phase, datasetFolder, pointer, context);
  const seconds = (performance.now() - startedAt) / 1000;
  const calls = { ...store.calls };
  const planKey = objectKeys.plan(dataset, contentKey);
  return {
    ...{ phase, seconds, startBytes, calls },
    // Kilobytes: https://nodejs.org/api/process.html#processresourceusage
    peakBytes: process.resourceUsage().maxRSS * 1024,
    shardCount: (await getJson(store, planKey, datasetPlanSchema)).shardCount,
    planBytes: (await store.head(planKey))!.bytes,
    manifestBytes: (await store.head(objectKeys.manifest(dataset, contentKey)))?.bytes ?? 0,
  };
}

interface DatasetPointer {
  readonly dataset: string;
  readonly contentKey: string;
}

async function runPhase(
  phase: LoadPhase,
  datasetFolder: string,
  pointer: DatasetPointer | undefined,
  context: StepContext,
): Promise<DatasetPointer> {
  if (pointer === undefined) {
    const config = runConfigSchema.parse({ dataset: datasetFolder });
    const plan = await admitRun({ runId: 'load', config }, context);
    if (plan.isPrepared !== (phase === 'plan again')) throw new Error(plan.reason);
    return plan;
  }
  if (phase === 'commit') {
    datasetManifestSchema.parse(await commitPreprocessing(pointer, context));
    return pointer;
  }
  const planKey = objectKeys.plan(pointer.dataset, pointer.contentKey);
  const { parts } = await getJson(context.store, planKey, datasetPlanSchema);
  for (const part of parts) await preprocessPart(part, context);
  return pointer;
}

/** The one plan of the store. */
async function findPointer(store: CountingStore): Promise<DatasetPointer> {
  for await (const { key } of store.list('datasets/')) {
    const match = /^datasets\/([^/]+)\/prepared\/([^/]+)\/plan\.json$/.exec(key);
    if (match !== null) return { dataset: match[1]!, contentKey: match[2]! };
  }
  throw new Error(`${store.location} has no plan`);
}

const [, , phase, datasetFolder, storeFolder] = process.argv;
void measure(phase as LoadPhase, datasetFolder!, storeFolder!).then((measurement) =>
  process.stdout.write(JSON.stringify(measurement)),
);
