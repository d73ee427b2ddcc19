/**
 * The message for a run below its threshold, the same locally and in the cloud.
 *
 * @param evaluateOn - @default - left open
 * @param accuracy - like `minAccuracy` a number as text, or a placeholder of an expression language.
 */
export function describeQualityGate(
  accuracy: string,
  minAccuracy: string,
  evaluateOn?: 'test' | 'validation',
): string {
  return `The ${evaluateOn === undefined ? '' : `${evaluateOn} `}accuracy is ${accuracy}, and minAccuracy asks for at least ${minAccuracy}. The run is kept, its model is not registered.`;
}
