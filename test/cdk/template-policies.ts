import { list, type PolicyStatement } from '../support/policy-evaluator';
import { render, resourcesOf, type Synthesized } from './synthesize';

type Raw = Record<string, unknown>;

/** A policy's statements in the form that the evaluator reads: each ARN as short text, `<LogicalId.Arn>`. */
export function statementsOf(document: unknown): PolicyStatement[] {
  const { Statement } = document as { Statement: Raw[] };
  return Statement.map(({ Resource = '*', Condition = {}, ...statement }) => ({
    ...(statement as unknown as PolicyStatement),
    Resource: list(Resource as object).map(render),
    Condition: Object.fromEntries(
      Object.entries(Condition as Record<string, Raw>).map(([operator, keys]) => [
        operator,
        Object.fromEntries(
          Object.entries(keys).map(([key, value]) => [key, list(value as object).map(render)]),
        ),
      ]),
    ),
  }));
}

/** The statements about one topic, from the policies of all topics. */
export function topicStatements(synthesized: Synthesized, topic: string): PolicyStatement[] {
  return resourcesOf(synthesized, 'AWS::SNS::TopicPolicy')
    .filter(([, { Properties }]) => (Properties['Topics'] as unknown[]).map(render).includes(topic))
    .flatMap(([, { Properties }]) => statementsOf(Properties['PolicyDocument']));
}

/** A function's policy: one statement for each `AWS::Lambda::Permission`. */
export function functionStatements(synthesized: Synthesized, functionArn: string): PolicyStatement[] {
  return resourcesOf(synthesized, 'AWS::Lambda::Permission')
    .filter(([, { Properties }]) => render(Properties['FunctionName']) === functionArn)
    .map(([, { Properties }]) => ({
      Effect: 'Allow',
      Principal: { Service: Properties['Principal'] as string },
      Action: Properties['Action'] as string,
      Resource: functionArn,
      Condition: { ArnLike: { 'aws:SourceArn': render(Properties['SourceArn']) } },
    }));
}

/** The role's own policies. */
export function roleStatements(synthesized: Synthesized, logicalId: string): PolicyStatement[] {
  return resourcesOf(synthesized, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => (Properties['Roles'] as unknown[]).map(render).includes(`<${logicalId}>`))
    .flatMap(([, { Properties }]) => statementsOf(Properties['PolicyDocument']));
}
