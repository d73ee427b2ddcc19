/**
 * What a run that misses its threshold is told, locally and in the cloud.
 *
 * @param accuracy - and `minAccuracy`: numbers as text, or what an expression language puts in their place.
 */
export function describeQualityGate(accuracy: string, minAccuracy: string): string {
  return `The test accuracy is ${accuracy}, and minAccuracy asks for at least ${minAccuracy}. The run is kept, its model is not registered.`;
}
