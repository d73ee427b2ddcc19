import { datasetPlanSchema } from '../../lib/contracts/dataset';
import { objectKeys } from '../../lib/contracts/object-keys';
import { type RunConfig, runConfigSchema } from '../../lib/contracts/run-config';
import type { StepName } from '../../lib/contracts/steps';
import { admitRun } from '../../lib/pipeline/admit-run';
import type { StepContext } from '../../lib/pipeline/step-context';
import { commitPreprocessing } from '../../lib/pipeline/steps/commit';
import { evaluate } from '../../lib/pipeline/steps/evaluate';
import { register } from '../../lib/pipeline/steps/register';
import { preprocessPart } from '../../lib/pipeline/steps/shard';
import { train } from '../../lib/pipeline/steps/train';
import { getJson } from '../../lib/store/json-objects';

export const runId = 'run';

/** The data that the workflow passes from state to state. */
export interface WorkflowState {
  readonly dataset: string;
  readonly contentKey: string;
  readonly isPrepared: boolean;
}

export interface WorkflowStep {
  readonly name: StepName;
  readonly run: (context: StepContext, state: WorkflowState) => Promise<WorkflowState>;
}

/** The pipeline's steps as the workflow calls them, on the dataset in `folder`. */
export function makeWorkflow(
  folder: string,
  change: { [Name in keyof RunConfig]?: RunConfig[Name] | undefined } = {},
): WorkflowStep[] {
  const config = runConfigSchema.parse({
    ...{ dataset: folder, classes: 3, hidden: [8], epochs: 2, batchSize: 16, checkpointSteps: 3 },
    engine: 'wasm',
    ...change,
  });
  return [
    {
      name: 'plan',
      run: (context) => admitRun({ runId, config }, context),
    },
    {
      name: 'shard',
      run: async (context, state) => {
        if (state.isPrepared) return state;
        const key = objectKeys.plan(state.dataset, state.contentKey);
        const { parts } = await getJson(context.store, key, datasetPlanSchema);
        for (const part of parts) await preprocessPart(part, context);
        return state;
      },
    },
    {
      name: 'commit',
      run: async (context, state) => {
        const { dataset, contentKey, isPrepared } = state;
        if (!isPrepared) await commitPreprocessing({ dataset, contentKey }, context);
        return state;
      },
    },
    {
      name: 'train',
      run: async (context, state) => {
        const { dataset, contentKey } = state;
        // With a limit that is never reached, so that the matrix includes the writes for a limit.
        await train({ runId, dataset, contentKey, compute: 'cpu', trainingSecondsLimit: 1e6 }, context);
        return state;
      },
    },
    {
      name: 'evaluate',
      run: async (context, state) => {
        const { dataset, contentKey } = state;
        await evaluate({ runId, dataset, contentKey, phases: [{ name: 'train', seconds: 1 }] }, context);
        return state;
      },
    },
    {
      name: 'register',
      run: async (context, state) => {
        await register({ runId }, context);
        return state;
      },
    },
  ];
}

export const initialState: WorkflowState = { dataset: '', contentKey: '', isPrepared: false };
