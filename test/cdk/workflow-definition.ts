import { render, resourcesOf, type Synthesized } from './synthesize';

const partition = render({ Ref: 'AWS::Partition' });

interface RetryOrCatch {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts?: number;
  readonly Next?: string;
}
export interface AslState {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly RetryOrCatch[];
  readonly Catch?: readonly RetryOrCatch[];
  readonly Arguments?: Record<string, unknown>;
  readonly ItemProcessor?: { readonly States: Record<string, AslState> };
  readonly [field: string]: unknown;
}
export interface AslDefinition {
  readonly QueryLanguage: string;
  readonly TimeoutSeconds: number;
  readonly StartAt: string;
  readonly States: Record<string, AslState>;
}

/** The definition that CloudFormation would pass to Step Functions, with text instead of ARNs. */
export function definitionOf(synthesized: Synthesized, construct = 'Workflow'): AslDefinition {
  const machines = resourcesOf(synthesized, 'AWS::StepFunctions::StateMachine');
  const [, machine] = machines.find(([id]) => id.startsWith(`${construct}StateMachine`))!;
  const text = render(machine.Properties['DefinitionString']);
  return JSON.parse(text.replaceAll(partition, 'aws')) as AslDefinition;
}

/** All states, including those within maps. */
export function allStates(definition: Pick<AslDefinition, 'States'>): [name: string, state: AslState][] {
  return Object.entries(definition.States).flatMap(([name, state]) => [
    [name, state] as [string, AslState],
    ...(state.ItemProcessor === undefined ? [] : allStates(state.ItemProcessor)),
  ]);
}
