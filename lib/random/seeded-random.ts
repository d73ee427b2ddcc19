/** Uniform over 0 … 2³² - 1, one integer per call. */
export type RandomUint32 = () => number;

/** Independent streams that come from one run's seed. */
export const randomStreams = {
  initialWeights: 1,
  shuffle: 2,
  dropout: 3,
  heldOut: 4,
  augmentation: 5,
  shardOrder: 6,
  folds: 7,
} as const;

/** MurmurHash3's 32-bit finalizer (Austin Appleby, public domain): every input bit affects every output bit. */
function mixBits(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * Chris Doty-Humphrey's sfc32, seeded by a path such as (seed, stream, epoch). Any position of a run can be computed
 * without the values before it.
 */
export function createRandom(...seedPath: readonly number[]): RandomUint32 {
  let key = 0x9e3779b9;
  for (const part of seedPath) key = mixBits((key + Math.imul(part, 0x9e3779b9) + 0x7f4a7c15) | 0);
  let a = mixBits(key + 1) | 0;
  let b = mixBits(key + 2) | 0;
  let c = mixBits(key + 3) | 0;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // Discarded on the author's advice: the first dozen outputs depend visibly on the seed.
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** Marsaglia's xorshift32, whose state must not be 0; the multiplication makes similar seeds differ. */
export function createXorShift(seed: number): RandomUint32 {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
