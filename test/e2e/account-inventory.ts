import { type AccountRequest, askService, query, rest, target } from './account-requests';

/** The resources of an account, by kind: names or ids, sorted. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

interface Listing {
  readonly kind: string;
  /** The name of the service in a signature. */
  readonly service: string;
  readonly request: AccountRequest;
  /** The name or id of each, from the XML or JSON of the response. */
  readonly name: RegExp;
}
const iam = (action: string, more?: string) => query('2010-05-08', action, more);
const ec2 = (action: string) => query('2016-11-15', action);
const cloudWatch = (action: string) => query('2010-08-01', action);

/** Every kind that the stack creates and the account can list, and kinds that only a mistake would create. */
const listings: readonly Listing[] = [
  { kind: 'buckets', service: 's3', request: { method: 'GET', path: '/' }, name: /<Name>([^<]+)</g },
  {
    kind: 'functions',
    service: 'lambda',
    request: { method: 'GET', path: '/2015-03-31/functions/' },
    name: /"FunctionName":\s*"([^"]+)"/g,
  },
  { kind: 'roles', service: 'iam', request: iam('ListRoles'), name: /<RoleName>([^<]+)</g },
  {
    kind: 'policies',
    service: 'iam',
    request: iam('ListPolicies', '&Scope=Local'),
    name: /<PolicyName>([^<]+)</g,
  },
  {
    kind: 'instance profiles',
    service: 'iam',
    request: iam('ListInstanceProfiles'),
    name: /<InstanceProfileName>([^<]+)</g,
  },
  {
    kind: 'log groups',
    service: 'logs',
    request: target('Logs_20140328.DescribeLogGroups'),
    name: /"logGroupName":\s*"([^"]+)"/g,
  },
  {
    kind: 'state machines',
    service: 'states',
    request: target('AWSStepFunctions.ListStateMachines', '1.0'),
    name: /"stateMachineArn":\s*"([^"]+)"/g,
  },
  {
    kind: 'compute environments',
    service: 'batch',
    request: rest('/v1/describecomputeenvironments'),
    name: /"computeEnvironmentName":\s*"([^"]+)"/g,
  },
  {
    kind: 'job queues',
    service: 'batch',
    request: rest('/v1/describejobqueues'),
    name: /"jobQueueName":\s*"([^"]+)"/g,
  },
  {
    kind: 'job definitions',
    service: 'batch',
    // Deregistered definitions take no job and cost nothing. AWS deletes them after 180 days.
    request: rest('/v1/describejobdefinitions', { status: 'ACTIVE' }),
    name: /"jobDefinitionName":\s*"([^"]+)"/g,
  },
  { kind: 'networks', service: 'ec2', request: ec2('DescribeVpcs'), name: /<vpcId>([^<]+)</g },
  { kind: 'subnets', service: 'ec2', request: ec2('DescribeSubnets'), name: /<subnetId>([^<]+)</g },
  {
    kind: 'security groups',
    service: 'ec2',
    request: ec2('DescribeSecurityGroups'),
    name: /<groupId>([^<]+)</g,
  },
  {
    kind: 'route tables',
    service: 'ec2',
    request: ec2('DescribeRouteTables'),
    name: /<routeTableId>([^<]+)</g,
  },
  {
    kind: 'internet gateways',
    service: 'ec2',
    request: ec2('DescribeInternetGateways'),
    name: /<internetGatewayId>([^<]+)</g,
  },
  {
    kind: 'endpoints',
    service: 'ec2',
    request: ec2('DescribeVpcEndpoints'),
    name: /<vpcEndpointId>([^<]+)</g,
  },
  {
    kind: 'launch templates',
    service: 'ec2',
    request: ec2('DescribeLaunchTemplates'),
    name: /<launchTemplateId>([^<]+)</g,
  },
  {
    kind: 'NAT gateways',
    service: 'ec2',
    request: ec2('DescribeNatGateways'),
    name: /<natGatewayId>([^<]+)</g,
  },
  { kind: 'addresses', service: 'ec2', request: ec2('DescribeAddresses'), name: /<allocationId>([^<]+)</g },
  { kind: 'instances', service: 'ec2', request: ec2('DescribeInstances'), name: /<instanceId>([^<]+)</g },
  { kind: 'volumes', service: 'ec2', request: ec2('DescribeVolumes'), name: /<volumeId>([^<]+)</g },
  {
    kind: 'alarms',
    service: 'monitoring',
    request: cloudWatch('DescribeAlarms'),
    name: /<AlarmName>([^<]+)</g,
  },
  {
    kind: 'dashboards',
    service: 'monitoring',
    request: cloudWatch('ListDashboards'),
    name: /<DashboardName>([^<]+)</g,
  },
  {
    kind: 'topics',
    service: 'sns',
    request: query('2010-03-31', 'ListTopics'),
    name: /<TopicArn>([^<]+)</g,
  },
  {
    kind: 'event rules',
    service: 'events',
    request: target('AWSEvents.ListRules'),
    name: /"Name":\s*"([^"]+)"/g,
  },
  {
    kind: 'image repositories',
    service: 'ecr',
    request: target('AmazonEC2ContainerRegistry_V20150921.DescribeRepositories'),
    name: /"repositoryName":\s*"([^"]+)"/g,
  },
  {
    kind: 'parameters',
    service: 'ssm',
    request: target('AmazonSSM.DescribeParameters'),
    name: /"Name":\s*"([^"]+)"/g,
  },
  {
    kind: 'stacks',
    service: 'cloudformation',
    request: query('2010-05-15', 'DescribeStacks'),
    name: /<StackName>([^<]+)</g,
  },
];

/** Calls each service over HTTP. Clients for two dozen services are not worth a dependency. */
export async function takeInventory(endpoint = process.env['AWS_ENDPOINT_URL']!): Promise<Inventory> {
  const inventory: Record<string, string[]> = {};
  for (const { kind, service, request, name } of listings) {
    const answer = await askService(service, request, endpoint);
    inventory[kind] = [...new Set([...answer.matchAll(name)].map(([, found]) => found!))].sort();
  }
  return inventory;
}

/** The resources in `later` that are not in `earlier`, by kind, without empty kinds. */
export function findAdded(earlier: Inventory, later: Inventory): Inventory {
  const added = Object.entries(later).map(
    ([kind, names]) => [kind, names.filter((name) => !earlier[kind]!.includes(name))] as const,
  );
  return Object.fromEntries(added.filter(([, names]) => names.length > 0));
}
