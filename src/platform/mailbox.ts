/** A source of messages that holds at most one: what comes before the last was taken is merged into it, so
 *  that a slow reader costs no memory and delays nobody. By hand rather than as a generator: `return()`
 *  must end a `next()` that waits. */

export type Mailbox<T> = AsyncIterableIterator<T> & {
  put(message: T): void;
  /** Ends the source once what it holds is taken. */
  end(): void;
};

/** @param merge what a reader gets who missed `held` when `next` came; must not grow without bound.
 *  @param onClose called once, when either side ends it. `next` is called one at a time. */
export function mailbox<T>(merge: (held: T, next: T) => T, onClose: () => void): Mailbox<T> {
  let held: { message: T } | undefined;
  let ended = false;
  let deliver: ((result: IteratorResult<T>) => void) | undefined;

  const done = { value: undefined, done: true } as const;
  const take = (): IteratorResult<T> | undefined => {
    if (!held) return ended ? done : undefined;
    const { message } = held;
    held = undefined;
    return { value: message, done: false };
  };
  const settle = () => {
    const result = deliver && take();
    if (!deliver || !result) return;
    deliver(result);
    deliver = undefined;
  };
  const close = () => {
    held = undefined;
    if (!ended) {
      ended = true;
      onClose();
    }
    settle();
  };

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      const result = take();
      return result ? Promise.resolve(result) : new Promise((resolve) => (deliver = resolve));
    },
    async return() {
      close();
      return done;
    },
    async throw(error) {
      close();
      throw error;
    },
    put(message) {
      if (ended) return;
      held = { message: held ? merge(held.message, message) : message };
      settle();
    },
    end() {
      if (ended) return;
      ended = true;
      onClose();
      settle();
    },
  };
}
