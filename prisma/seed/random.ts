/** Chance that comes out the same everywhere and every time: mulberry32 on 32-bit integers only. */

export type Random = {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  /** An index, each as likely as its weight. */
  index(weights: readonly number[]): number;
  /** A name, each as likely as its weight. */
  name<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
};

export function random(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const index = (weights: readonly number[]) => {
    let left = next() * weights.reduce((sum, weight) => sum + weight, 0);
    const found = weights.findIndex((weight) => (left -= weight) < 0);
    // Rounding may leave a hair behind the last one.
    return found === -1 ? weights.length - 1 : found;
  };
  return {
    next,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    index,
    name: <Name extends string>(weights: Readonly<Record<Name, number>>) =>
      (Object.keys(weights) as Name[])[index(Object.values(weights))]!,
  };
}
