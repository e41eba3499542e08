/** So many at a time, in the order in which they came. */
export type Lanes = { enter<T>(work: () => Promise<T>): Promise<T> };

export function createLanes(count: number): Lanes {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return {
    async enter(work) {
      if (busy === count) await new Promise<void>((go) => waiting.push(go));
      else busy += 1;
      try {
        return await work();
      } finally {
        // The lane is handed on, or given back.
        const next = waiting.shift();
        if (next) next();
        else busy -= 1;
      }
    },
  };
}
