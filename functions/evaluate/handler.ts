import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { evaluateInputSchema } from '../../lib/contracts/steps';
import { createLambdaHandler, type LambdaStepContext } from '../../lib/pipeline/serve-step';
import { evaluate } from '../../lib/pipeline/steps/evaluate';
import { getJson } from '../../lib/store/json-objects';

export const handler = createLambdaHandler({
  step: 'evaluate',
  inputSchema: evaluateInputSchema,
  run: async (input, context) => {
    const output = await evaluate(input, context);
    await measureRun(input.runId, context);
    return output;
  },
});

async function measureRun(runId: string, { store, metrics }: LambdaStepContext): Promise<void> {
  const { accuracy, loss, phases, costUsd } = await getJson(
    store,
    objectKeys.runRecord(runId),
    runRecordSchema,
  );
  metrics.addMetric('Accuracy', MetricUnit.NoUnit, accuracy);
  metrics.addMetric('Loss', MetricUnit.NoUnit, loss);
  if (costUsd !== null) metrics.addMetric('CostUsd', MetricUnit.NoUnit, costUsd);
  for (const { name, seconds } of phases) metrics.addMetric(`${name}Seconds`, MetricUnit.Seconds, seconds);
}
