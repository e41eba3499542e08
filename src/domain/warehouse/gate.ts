/** Lets so many through at once, the others in the order in which they came. */
export type Gate = {
  /** Dispose of what comes back to let the next one in.
   *  @throws the signal's reason for one that was aborted while it waited. */
  enter(signal: AbortSignal): Promise<Disposable>;
};

export function createGate(places: number): Gate {
  let free = places;
  const waiting = new Set<() => void>();

  const leave = () => {
    const [next] = waiting;
    if (next) {
      waiting.delete(next);
      next();
    } else free += 1;
  };

  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (free > 0) free -= 1;
      else {
        await new Promise<void>((enter, refuse) => {
          const abort = () => {
            waiting.delete(go);
            refuse(signal.reason as Error);
          };
          const go = () => {
            signal.removeEventListener('abort', abort);
            enter();
          };
          waiting.add(go);
          signal.addEventListener('abort', abort, { once: true });
        });
      }
      return { [Symbol.dispose]: leave };
    },
  };
}
