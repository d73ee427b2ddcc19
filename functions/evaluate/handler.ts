import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { phaseMetric, runMetrics } from '../../lib/contracts/metrics';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { evaluate } from '../../lib/pipeline/steps/evaluate';
import { createLambdaHandler, type LambdaStepContext } from '../../lib/runtime/create-lambda-handler';
import { getJson } from '../../lib/store/json-objects';

export const handler = createLambdaHandler('evaluate', async (input, context) => {
  const output = await evaluate(input, context);
  await emitRunMetrics(input.runId, context);
  return output;
});

async function emitRunMetrics(runId: string, { store, metrics }: LambdaStepContext): Promise<void> {
  const record = await getJson(store, objectKeys.runRecord(runId), runRecordSchema);
  for (const [field, name] of Object.entries(runMetrics)) {
    const value = record[field as keyof typeof runMetrics];
    if (value !== null) metrics.addMetric(name, MetricUnit.NoUnit, value);
  }
  for (const { name, seconds } of record.phases) {
    metrics.addMetric(phaseMetric(name), MetricUnit.Seconds, seconds);
  }
}
