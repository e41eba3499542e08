/** What one check found. */

export type Check = {
  /** What must hold, in a few words. */
  readonly name: string;
  /** How many things were looked at. */
  readonly examined: number;
  /** Each with the ids by which it can be found. */
  readonly violations: readonly string[];
};

/** Collects violations while it counts. */
export function createCheck(name: string): Check & {
  examined: number;
  violations: string[];
  /** Counts one thing, and notes it down with `words` unless it holds. */
  expect(holds: boolean, words: () => string): void;
} {
  return {
    name,
    examined: 0,
    violations: [],
    expect(holds, words) {
      this.examined += 1;
      if (!holds) this.violations.push(words());
    },
  };
}

export const iso = (ms: number) => new Date(ms).toISOString();
