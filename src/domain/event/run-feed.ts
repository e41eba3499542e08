/** What one process knows of one watched run's events: how far it has read, the latest of them, and
 *  whether the run is over. */
import type { EventRow, FeedRow } from './event-feed.sql.ts';
import { EVENTS_KEPT, EVENTS_PER_READ } from './event-feed.sql.ts';
import { parseEvent } from './stored-event.ts';
import type { StoredEvent } from './stored-event.ts';

// Together with the number of events, a bound on what 1,000 watched runs with long logs can hold: 64 MB.
const BYTES_KEPT = 64 * 1024;

export type RunFeed = {
  readonly runId: number;
  /** Called after each read. */
  readonly watchers: Set<() => void>;
  /** The last number read; null before the first read. */
  readonly head: number | null;
  /** The run's own counter, as of the last read. */
  readonly counter: number;
  /** Nothing will come after the counter. */
  readonly finished: boolean;
  readonly closed: boolean;
  readonly readsDone: number;
  /** There is reason to read. */
  dirty: boolean;
  readsBegun: number;
  /** The event after `seq`, if it is among those kept. */
  after(seq: number): StoredEvent | undefined;
  /** Takes the answer to a read from `head` on: all rows of this run, in order. */
  take(rows: readonly FeedRow[]): void;
  close(): void;
};

export function runFeed(runId: number): RunFeed {
  const watchers = new Set<() => void>();
  let kept: { event: StoredEvent; bytes: number }[] = [];
  let bytesKept = 0;
  let head: number | null = null;
  let counter = 0;
  let finished = false;
  let closed = false;
  let readsDone = 0;

  const keep = (row: EventRow) => {
    // Numbers that retention has taken leave a gap; what is kept has none.
    if (row.seq !== (kept.at(-1)?.event.seq ?? row.seq - 1) + 1) forget();
    kept.push({ event: parseEvent(row), bytes: row.payload.length });
    bytesKept += row.payload.length;
    while (kept.length > EVENTS_KEPT || (bytesKept > BYTES_KEPT && kept.length > 1)) {
      bytesKept -= kept.shift()!.bytes;
    }
  };
  const forget = () => {
    kept = [];
    bytesKept = 0;
  };

  const feed: RunFeed = {
    runId,
    watchers,
    dirty: true,
    readsBegun: 0,
    get head() {
      return head;
    },
    get counter() {
      return counter;
    },
    get finished() {
      return finished;
    },
    get closed() {
      return closed;
    },
    get readsDone() {
      return readsDone;
    },
    after(seq) {
      const [first] = kept;
      return first && seq >= first.event.seq - 1
        ? kept[seq - first.event.seq + 1]?.event
        : undefined;
    },
    take(rows) {
      readsDone = feed.readsBegun;
      const [first] = rows;
      // The run itself is gone: nothing will come.
      if (!first) return feed.close();
      const events = rows.filter((row) => row.seq !== null);
      for (const event of events) keep(event);
      counter = first.eventSeq;
      finished = first.finished;
      if (events.length === EVENTS_PER_READ) {
        head = events.at(-1)!.seq;
        feed.dirty ||= head < counter;
      } else {
        if (head !== counter && events.at(-1)?.seq !== counter) forget();
        head = counter;
      }
    },
    close() {
      closed = true;
      for (const wake of watchers) wake();
    },
  };
  return feed;
}

/** Whether the run's row tells of something that its feed has not read; `undefined`: the row is gone. */
export function isBehind(
  feed: RunFeed,
  row: { eventSeq: number; finished: boolean } | undefined,
): boolean {
  return feed.head !== row?.eventSeq || feed.finished !== row.finished;
}
