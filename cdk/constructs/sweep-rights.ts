import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { objectKeys } from '../../lib/contracts/object-keys';
import { acknowledgeWildcard, logicalIdOf, stackArnInFindings } from './acknowledge-findings';
import type { ArtifactStore } from './artifact-store';
import type { TrainingWorkflow } from './training-workflow';
import { acknowledgeStateMachine, usesRule } from './workflow-rights';

export interface SweepRights {
  readonly store: ArtifactStore;
  readonly training: TrainingWorkflow;
  readonly fn: LambdaFunction;
}

/** The rights that CDK does not grant by itself: for trainings, and for the lists of jobs. */
export function grantSweepRights(stateMachine: StateMachine, { store, training, fn }: SweepRights): void {
  store.grantRead(stateMachine.role, [objectKeys.sweepRound('*', '*')]);
  grantTrainings(stateMachine, training.stateMachine);
  acknowledgeStateMachine(stateMachine, [fn]);
}

/** To start trainings, and what `.sync` needs to wait for them and to stop them if aborted. */
function grantTrainings(stateMachine: StateMachine, trainings: StateMachine): void {
  const stack = Stack.of(stateMachine);
  const statements = [
    new PolicyStatement({ actions: ['states:StartExecution'], resources: [trainings.stateMachineArn] }),
    new PolicyStatement({
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [
        stack.formatArn({
          service: 'states',
          resource: 'execution',
          resourceName: `${trainings.stateMachineName}:*`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    }),
    usesRule(stack, 'StepFunctionsGetEventsForStepFunctionsExecutionRule'),
  ];
  for (const statement of statements) stateMachine.addToRolePolicy(statement);
  acknowledgeWildcard(
    stateMachine,
    stackArnInFindings(stack, 'states', `execution:<${logicalIdOf(trainings)}.Name>:*`),
    'The executions of the training’s state machine, which have no ARN before they are started.',
  );
}
