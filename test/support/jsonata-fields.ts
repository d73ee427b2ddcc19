import jsonata from 'jsonata';

/** What an expression can refer to: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
export interface ExpressionScope {
  /** `$states` */
  readonly states: {
    readonly input: unknown;
    readonly context: Readonly<Record<string, unknown>>;
    readonly result?: unknown;
    readonly errorOutput?: { readonly Error: string; readonly Cause: string };
  };
  readonly variables: Readonly<Record<string, unknown>>;
}

const expressionPattern = /^\{%(.*)%\}$/s;

/** The expressions in the fields of a state, by path (`Arguments.Payload.runId`), without those of nested states. */
export function findExpressions(value: unknown, place = ''): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof value === 'string') {
    const expression = expressionPattern.exec(value)?.[1]?.trim();
    if (expression !== undefined) found.set(place, expression);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'ItemProcessor' || key === 'Branches') continue;
      for (const entry of findExpressions(inner, place === '' ? key : `${place}.${key}`)) found.set(...entry);
    }
  }
  return found;
}

/**
 * Evaluates every expression of a field, as Step Functions does: JSONata 2.0.6 with `$parse` in place of `$eval`. The
 * other functions that it adds are not used here, and are unknown.
 *
 * @throws Error for an expression that has no value: Step Functions fails with States.QueryEvaluationError.
 */
export async function evaluateFields(value: unknown, scope: ExpressionScope): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => evaluateFields(item, scope)));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      async ([key, inner]) => [key, await evaluateFields(inner, scope)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }
  if (typeof value !== 'string') return value;
  const expression = expressionPattern.exec(value)?.[1];
  return expression === undefined ? value : evaluate(expression, scope);
}

async function evaluate(expression: string, { states, variables }: ExpressionScope): Promise<unknown> {
  const program = jsonata(expression);
  program.registerFunction('parse', (text: string) => JSON.parse(text), '<s:x>');
  program.registerFunction('eval', () => {
    throw new Error('Step Functions has no $eval; $parse reads JSON.');
  });
  const result: unknown = await program.evaluate(undefined, { ...variables, states });
  if (result === undefined) throw new Error(`${expression} has no value`);
  // JSONata marks its arrays with additional properties.
  return JSON.parse(JSON.stringify(result));
}
