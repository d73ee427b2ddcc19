/** Uniform over 0 … 2³² - 1, one integer per call. */
export type RandomUint32 = () => number;

/** Uniform in [-1, 1). */
export const uniform = (random: RandomUint32): number => random() / 2 ** 31 - 1;
