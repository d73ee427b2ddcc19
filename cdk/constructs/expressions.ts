/** JSONata in braces: its value is known when the state is entered. */
export type Expression = `{% ${string} %}`;

export const expression = (jsonata: string): Expression => `{% ${jsonata} %}`;

/** A value of which any part may be an expression. */
export type Expressed<Value> =
  | Expression
  | (Value extends readonly (infer Item)[]
      ? readonly Expressed<Item>[]
      : Value extends object
        ? { readonly [Name in keyof Value]: Expressed<Value[Name]> }
        : Value);

/**
 * JSONata paths to the fields of a value, without braces. The names are those of the value's type, so that a field
 * that is renamed in its schema fails `tsc` here, and not in a deployed workflow.
 *
 * @param where - the value itself, such as `$states.input`.
 */
export const fieldsOf =
  <Value extends object>(where: string) =>
  <Name extends keyof Value & string>(name: Name): string =>
    `${where}.${name}`;

/** What the state was given: the output of the state before it. */
export const inputOf = <Value extends object>() => fieldsOf<Value>('$states.input');

/** The name of the execution, which Step Functions lets be used once, is the run id. */
export const runIdPath = '$states.context.Execution.Name';
export const runId = expression(runIdPath);

/** Inside of a JSONata string: closes it, appends the value of an expression, and opens it again. */
export const placeholder = (jsonata: string) => `' & ${jsonata} & '`;
