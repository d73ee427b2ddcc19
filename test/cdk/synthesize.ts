import type { App, Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readSettings } from '../../cdk/settings';
import { TrainingPipelineStack } from '../../cdk/training-pipeline-stack';
import cdkJson from '../../cdk.json';
import { newApp } from './new-app';

export interface Synthesized {
  readonly app: App;
  readonly stack: Stack;
  readonly template: Template;
}

/**
 * The stack of `cdk synth -c …`, with both computes, and without the bundles, which no test checks.
 *
 * @param options - the CDK's validation of the template takes four fifths of a synthesis. `npm run check:synth` and
 *   test/templates have it.
 */
export function synthesize(
  context: Readonly<Record<string, unknown>> = {},
  env: Environment = {},
  { isValidated = false } = {},
): Synthesized {
  const app = newApp({
    context: { ...cdkJson.context, 'aws:cdk:bundling-stacks': [], computes: 'cpu,gpu', ...context },
    builtinCloudFormationValidation: isValidated,
  });
  const stack = new TrainingPipelineStack(app, 'MnistPipeline', readSettings(app.node), { env });
  return { app, stack, template: Template.fromStack(stack) };
}

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

export function resourcesOf({ template }: Synthesized, type: string): [logicalId: string, Resource][] {
  return Object.entries(template.findResources(type)) as [string, Resource][];
}

/** CloudFormation's functions as short text: `<LogicalId.Arn>`. */
export function render(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof ref === 'string') return `<${ref}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(render).join(join[0] as string);
  return JSON.stringify(value);
}
