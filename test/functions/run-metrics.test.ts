import { handler } from '../../functions/evaluate/handler';
import { objectKeys } from '../../lib/contracts/object-keys';
import { evaluate } from '../../lib/pipeline/steps/evaluate';
import { encodeJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { createS3Store } from '../../lib/store/s3-store';
import { resourcesOf, synthesize } from '../cdk/synthesize';
import { makeComparedRun } from '../support/report-factory';

jest.mock('../../lib/store/s3-store', () => ({ createS3Store: jest.fn() }));
jest.mock('../../lib/pipeline/steps/evaluate', () => ({ evaluate: jest.fn() }));

/** The parts of CloudWatch's embedded metric format that are used here. */
interface MetricLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly string[][];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

/** The metrics that the function of `evaluate` writes for a run with this cost. */
async function emit(costUsd: number | null): Promise<MetricLine> {
  const runId = 'run-1';
  const { record } = makeComparedRun(runId);
  const phases = [
    { name: 'preprocess', seconds: 3 },
    { name: 'train', seconds: 60 },
    { name: 'evaluate', seconds: 5 },
  ];
  const store = new MemoryStore();
  await store.put(
    objectKeys.runRecord(runId),
    encodeJson({ ...record, accuracy: 0.98, loss: 0.07, phases, costUsd }),
  );
  jest.mocked(createS3Store).mockReturnValue(store as never);
  jest.mocked(evaluate).mockResolvedValue({ runId, accuracy: 0.98, minAccuracy: 0, isAccepted: true });
  const lines: string[] = [];
  const write = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((line) => lines.push(String(line)) > 0);
  process.env['ARTIFACT_BUCKET'] = 'artifacts';
  try {
    await handler({ runId, input: { runId, dataset: 'mnist', contentKey: 'c', phases: [] } });
  } finally {
    write.mockRestore();
    delete process.env['ARTIFACT_BUCKET'];
  }
  return JSON.parse(lines.find((line) => line.includes('"_aws"'))!) as MetricLine;
}

test('an evaluated run emits its metrics, with the documented names', async () => {
  const line = await emit(0.05);
  const [metrics] = line._aws.CloudWatchMetrics;
  expect(metrics).toMatchObject({ Namespace: 'MnistPipeline', Dimensions: [['service']] });
  const values = metrics!.Metrics.map(({ Name, Unit }) => [Name, Unit, line[Name]]);
  expect(values).toEqual([
    ['Accuracy', 'None', 0.98],
    ['Loss', 'None', 0.07],
    ['CostUsd', 'None', 0.05],
    ['preprocessSeconds', 'Seconds', 3],
    ['trainSeconds', 'Seconds', 60],
    ['evaluateSeconds', 'Seconds', 5],
    ['Duration', 'Milliseconds', expect.any(Number)],
  ]);
  expect(line['service']).toBe('evaluate');
});

test('a local run emits no cost', async () => {
  const [metrics] = (await emit(null))._aws.CloudWatchMetrics;
  expect(metrics!.Metrics.map(({ Name }) => Name)).not.toContain('CostUsd');
});

test('the dashboard shows no metric that is not emitted', async () => {
  const line = await emit(0.05);
  const [{ Namespace: namespace, Metrics }] = line._aws.CloudWatchMetrics as [
    MetricLine['_aws']['CloudWatchMetrics'][0],
  ];
  const [[, dashboard]] = resourcesOf(synthesize({ dashboard: true }), 'AWS::CloudWatch::Dashboard') as [
    [string, unknown],
  ];
  const body = JSON.stringify(dashboard).replaceAll('\\', '');
  const shown = [...body.matchAll(/\["MnistPipeline","(\w+)","(\w+)","(\w+)"/g)].map(([, ...parts]) => parts);
  expect(namespace).toBe('MnistPipeline');
  expect(shown).toEqual([
    ['Accuracy', 'service', 'evaluate'],
    ['preprocessSeconds', 'service', 'evaluate'],
    ['trainSeconds', 'service', 'evaluate'],
    ['evaluateSeconds', 'service', 'evaluate'],
  ]);
  const emitted = Metrics.map(({ Name }) => Name);
  expect(shown.filter(([name]) => !emitted.includes(name!))).toEqual([]);
});
