/** A JSONata expression with its braces; Step Functions evaluates it when it enters the state. */
export type Expression = `{% ${string} %}`;

export const expression = (jsonata: string): Expression => `{% ${jsonata} %}`;

/** A value in which any part may be an expression. */
export type Expressed<Value> =
  | Expression
  | (Value extends readonly (infer Item)[]
      ? readonly Expressed<Item>[]
      : Value extends object
        ? { readonly [Name in keyof Value]: Expressed<Value[Name]> }
        : Value);

/**
 * JSONata paths to the fields of a value, without braces. The names come from the value's type, so that renaming a field
 * in its schema fails `tsc` here, and not in a deployed workflow.
 *
 * @param where - the path of the value, such as `$states.input`.
 */
export const fieldsOf =
  <Value extends object>(where: string) =>
  <Name extends keyof Value & string>(name: Name): string =>
    `${where}.${name}`;

/** Paths to the input of the state, which is the output of the previous state. */
export const inputOf = <Value extends object>() => fieldsOf<Value>('$states.input');

/** For use within a JSONata string: closes it, appends the value of an expression, and opens it again. */
export const placeholder = (jsonata: string) => `' & ${jsonata} & '`;
