/** A statement of a policy, with its resources resolved. */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  /** In the policy of a resource, and in the trust policy of a role. */
  readonly Principal?: '*' | { readonly Service: string | readonly string[] };
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyRequest {
  /** A service such as `sns.amazonaws.com`, for the policy of a resource. */
  readonly service?: string;
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN, or `*` if the service has none. */
  readonly resource: string;
  /** The condition keys that the request has. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * The decision of a role's policies on a request, or of a resource's policy on the request of a service. Follows
 * "Policy evaluation logic" in the IAM User Guide, for one account without permissions boundaries. It throws for
 * everything that it does not support, so that no policy is misread.
 */
export function decide(
  statements: readonly PolicyStatement[],
  request: PolicyRequest,
): 'Allow' | 'Deny' | 'ImplicitDeny' {
  const effects = statements.filter((statement) => isAbout(statement, request)).map(({ Effect }) => Effect);
  if (effects.includes('Deny')) return 'Deny';
  return effects.includes('Allow') ? 'Allow' : 'ImplicitDeny';
}

/** Whether the statement applies to the request, be it Allow or Deny. */
export function isAbout(statement: PolicyStatement, request: PolicyRequest): boolean {
  const { action, resource, context } = request;
  const { Action, Resource, Condition = {} } = assertKnown(statement);
  return (
    isPrincipal(statement, request) &&
    list(Action).some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase())) &&
    list(Resource).some((pattern) => matchesPattern(pattern, resource)) &&
    Object.entries(Condition).every(([operator, wanted]) => isMet(operator, wanted, context))
  );
}

function isPrincipal({ Principal }: PolicyStatement, { service }: PolicyRequest): boolean {
  if ((Principal === undefined) !== (service === undefined))
    throw new Error(
      'A policy with principals needs a request with a service, and a policy without principals one without.',
    );
  if (Principal === undefined || Principal === '*') return true;
  const others = Object.keys(Principal).filter((kind) => kind !== 'Service');
  if (others.length > 0)
    throw new Error(`A principal is of the kind ${others[0]}, which this evaluator does not support.`);
  return list(Principal.Service).includes(service!);
}

/** IAM's wildcards: `*` matches anything, including `/` and `:`, and `?` matches one character. */
export function matchesPattern(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

export const list = <Item>(value: Item | readonly Item[]): readonly Item[] =>
  Array.isArray(value) ? value : [value as Item];

const knownFields = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);

function assertKnown(statement: PolicyStatement): PolicyStatement {
  for (const field of Object.keys(statement)) {
    if (!knownFields.has(field))
      throw new Error(`A statement has ${field}, which this evaluator does not support.`);
  }
  return statement;
}

type Operator = (actual: string, wanted: string) => boolean;

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringLike: (actual, wanted) => matchesPattern(wanted, actual),
  ArnLike: (actual, wanted) => matchesPattern(wanted, actual),
  Bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
};

/** Every key must match one of its values. A key that the request does not have does not match. */
function isMet(
  operator: string,
  wanted: Readonly<Record<string, string | readonly string[]>>,
  context: PolicyRequest['context'],
): boolean {
  const compare = operators[operator];
  if (compare === undefined)
    throw new Error(`A condition has ${operator}, which this evaluator does not support.`);
  return Object.entries(wanted).every(([key, values]) => {
    const actual = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
    return actual !== undefined && list(values).some((value) => compare(actual, value));
  });
}
