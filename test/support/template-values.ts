/** Values in templates that refer to resources. */
export type Resources = Readonly<
  Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>
>;
/** The physical name of each resource, by its logical id; and the pseudo parameters. */
export type Names = Readonly<Record<string, string>>;

/** The account and region of the emulator. */
const account = '000000000000';
export const region = 'us-east-1';
export const pseudoParameters: Names = {
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::Region': region,
  'AWS::AccountId': account,
};

/** `Ref` of these is an ARN, with this service and kind. */
const namedByArn: Readonly<Record<string, readonly [service: string, kind: string]>> = {
  'AWS::Batch::ComputeEnvironment': ['batch', 'compute-environment/'],
  'AWS::Batch::JobDefinition': ['batch', 'job-definition/'],
  'AWS::Batch::JobQueue': ['batch', 'job-queue/'],
  'AWS::SNS::Topic': ['sns', ''],
  'AWS::StepFunctions::StateMachine': ['states', 'stateMachine:'],
};

/** For a template that is not deployed: the name of each resource is its logical id. */
export function inventNames(resources: Resources): Names {
  const names = Object.entries(resources).map(([logicalId, { Type }]) => {
    const [service, kind] = namedByArn[Type] ?? [];
    const name = logicalId.toLowerCase();
    return [
      logicalId,
      service === undefined ? name : `arn:aws:${service}:${region}:${account}:${kind}${name}`,
    ];
  });
  return { ...pseudoParameters, ...Object.fromEntries(names) };
}

/** `Ref`, `Fn::GetAtt`, `Fn::Join`, `Fn::Select`, `Fn::Split` and `Fn::Sub`, as policies use them. */
export function resolveValue(value: unknown, resources: Resources, names: Names): unknown {
  const resolve = (inner: unknown): unknown => resolveValue(inner, resources, names);
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, parameter] = entries[0] ?? [];
  switch (entries.length === 1 ? name : undefined) {
    case 'Ref':
      return nameOf(parameter as string, names);
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = parameter as [string, string];
      const arn = arnOf(logicalId, resources, names);
      return attribute === 'Name' ? arn.split(':').at(-1) : arn;
    }
    case 'Fn::Join': {
      const [separator, parts] = parameter as [string, unknown[]];
      return parts.map(resolve).join(separator);
    }
    case 'Fn::Split': {
      const [separator, whole] = parameter as [string, unknown];
      return (resolve(whole) as string).split(separator);
    }
    case 'Fn::Select': {
      const [index, parts] = parameter as [number, unknown];
      return (resolve(parts) as string[])[index];
    }
    case 'Fn::Sub':
      return (parameter as string).replace(/\$\{([^}]+)\}/g, (_, id: string) => nameOf(id, names));
    default:
      return Object.fromEntries(entries.map(([key, inner]) => [key, resolve(inner)]));
  }
}

function nameOf(logicalId: string, names: Names): string {
  const name = names[logicalId];
  if (name === undefined) throw new Error(`The stack has no ${logicalId}`);
  return name;
}

const arnMakers: Readonly<Record<string, (name: string) => string>> = {
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name}`,
  'AWS::Lambda::Function': (name) => `arn:aws:lambda:${region}:${account}:function:${name}`,
  'AWS::CloudWatch::Alarm': (name) => `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`,
  'AWS::Events::Rule': (name) => `arn:aws:events:${region}:${account}:rule/${name}`,
  'AWS::Logs::LogGroup': (name) => `arn:aws:logs:${region}:${account}:log-group:${name}:*`,
  // Referred to by their ARNs.
  'AWS::Batch::JobQueue': (arn) => arn,
  'AWS::Batch::ComputeEnvironment': (arn) => arn,
  'AWS::StepFunctions::StateMachine': (arn) => arn,
};

/** Every attribute that a policy uses is an ARN, or the name of a state machine, which is the last part of its ARN. */
function arnOf(logicalId: string, resources: Resources, names: Names): string {
  const makeArn = arnMakers[resources[logicalId]!.Type];
  if (makeArn === undefined)
    throw new Error(`The ARN of a ${resources[logicalId]!.Type} is not supported here`);
  return makeArn(nameOf(logicalId, names));
}
