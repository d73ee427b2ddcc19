/** A statement of a policy, its resources written out. */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  /** In the policy of a resource, and in the trust of a role. */
  readonly Principal?: '*' | { readonly Service: string | readonly string[] };
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyRequest {
  /** A service such as `sns.amazonaws.com`, where it is the policy of a resource that is asked. */
  readonly service?: string;
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN, or `*` where the service has none. */
  readonly resource: string;
  /** Of the request's condition keys those that it has. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * What a role's own policies make of a request, or what a resource's policy makes of a service's, as "Policy evaluation logic" in the IAM User Guide has it for one
 * account without boundaries. Whatever this does not know makes it throw, so that no policy is read wrong.
 */
export function decide(
  statements: readonly PolicyStatement[],
  request: PolicyRequest,
): 'Allow' | 'Deny' | 'ImplicitDeny' {
  const effects = statements.filter((statement) => isAbout(statement, request)).map(({ Effect }) => Effect);
  if (effects.includes('Deny')) return 'Deny';
  return effects.includes('Allow') ? 'Allow' : 'ImplicitDeny';
}

/** Whether the statement applies to the request, whatever it then says. */
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
    throw new Error('A policy with principals is asked about a service, one without is not.');
  if (Principal === undefined || Principal === '*') return true;
  const others = Object.keys(Principal).filter((kind) => kind !== 'Service');
  if (others.length > 0)
    throw new Error(`A principal is of the kind ${others[0]}, which this evaluator does not know.`);
  return list(Principal.Service).includes(service!);
}

/** IAM's wildcards: `*` stands for anything, `/` and `:` included, and `?` for one character. */
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
      throw new Error(`A statement has ${field}, which this evaluator does not know.`);
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

/** Every key must hold, for one of its values; a key that the request does not have does not hold. */
function isMet(
  operator: string,
  wanted: Readonly<Record<string, string | readonly string[]>>,
  context: PolicyRequest['context'],
): boolean {
  const compare = operators[operator];
  if (compare === undefined)
    throw new Error(`A condition has ${operator}, which this evaluator does not know.`);
  return Object.entries(wanted).every(([key, values]) => {
    const actual = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
    return actual !== undefined && list(values).some((value) => compare(actual, value));
  });
}
