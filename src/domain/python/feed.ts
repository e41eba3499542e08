/** Rows on their way from code that makes them to a load that takes them: a batch at a time, so that whoever makes more
 *  than the load can take has to wait. */
import type { Batch } from '../connector/connector-type.ts';

export type Feed = {
  readonly batches: AsyncIterable<Batch>;
  /** Settles when the batch has been handed over; waits until the one before it is done with. */
  push(batch: Batch): Promise<void>;
  /** There are no more. */
  end(): void;
  /** There will be no more, and those that came are not all. */
  fail(error: Error): void;
};

export function createFeed(): Feed {
  let offered = promise();
  let wanted = Promise.withResolvers<void>();

  async function* take(): AsyncGenerator<Batch> {
    for (;;) {
      const next = offered.promise;
      wanted.resolve();
      const batch = await next;
      if (batch === null) return;
      yield batch;
    }
  }

  return {
    batches: take(),
    async push(batch) {
      await wanted.promise;
      const { resolve } = offered;
      [offered, wanted] = [promise(), Promise.withResolvers()];
      resolve(batch);
    },
    end: () => offered.resolve(null),
    fail: (error) => offered.reject(error),
  };
}

function promise() {
  const made = Promise.withResolvers<Batch | null>();
  // It may fail before anybody waits for it.
  made.promise.catch(() => {});
  return made;
}
