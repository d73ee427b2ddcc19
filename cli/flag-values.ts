const decimalNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number, if the text is a decimal number; otherwise the text itself, so that the schema's message can show it. */
export function numberOrText(text: string): number | string {
  return decimalNumber.test(text) ? Number(text) : text;
}

/** `1024,512,256`. An empty text means no hidden layer. */
export function numbersOrTexts(text: string): (number | string)[] {
  return text === '' ? [] : text.split(',').map(numberOrText);
}

/** `cat,dog`, or a JSON array, whose texts may have commas. Other text is a list, so that `[` and `]` can be names. */
export function textsOf(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  return text.split(',').map((name) => name.trim());
}

/** `batchSize` → `--batch-size`: how a message names a setting that was given as a flag. */
export function flagOf([setting]: readonly PropertyKey[]): string {
  if (setting === 'initialWeightsSha256') return '--from';
  return `--${String(setting).replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

/** The columns that `runs --sort` knows. */
export const runOrders = ['started', 'accuracy', 'loss', 'duration', 'epochs', 'run'] as const;
export type RunOrder = (typeof runOrders)[number];

/** The shells that `completion` has scripts for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];
