/** How a flag that names a model is explained. */
export const modelSourceHelp = 'a run id, or an .h5 or .keras file that Keras saved';

const decimalNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A number where the text is a decimal one; otherwise the text, so that the schema can say what it received. */
export function numberOrText(text: string): number | string {
  return decimalNumber.test(text) ? Number(text) : text;
}

/** `1024,512,256`. An empty text means no hidden layer. */
export function numbersOrTexts(text: string): (number | string)[] {
  return text === '' ? [] : text.split(',').map(numberOrText);
}
