/** How a flag that names a model is explained. */
export const modelSourceHelp = 'a run id, or an .h5 or .keras file that Keras saved';

/** A number where the text is one; otherwise the text, so that the schema can say what it received. */
export function numberOrText(text: string): number | string {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

/** `1024,512,256`. An empty text means no hidden layer. */
export function numbersOrTexts(text: string): (number | string)[] {
  return text === '' ? [] : text.split(',').map(numberOrText);
}
