/** The scheduler's health as a state stream. A dead worker notifies nobody, so the state is judged again by
 *  our own timer at the very instants when it would turn amber or red. */
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { loop } from '#platform/loop.ts';
import { mailbox } from '#platform/mailbox.ts';
import type { Mailbox } from '#platform/mailbox.ts';
import { readSchedulerHealth } from './health.ts';
import type { SchedulerHealth } from './health.ts';

export type Colour = 'green' | 'amber' | 'red';

export type HealthMessage = {
  /** The first message, and the first after notifications may have been missed. */
  readonly resync: boolean;
  /** Raised by every change. */
  readonly revision: number;
  readonly colour: Colour;
  readonly health: SchedulerHealth;
};

export type HealthFeed = AsyncDisposable & {
  /** A notification on `CHANNELS.worker`. */
  notify(): void;
  /** Notifications may have been missed. */
  recheck(): void;
  watch(): AsyncIterableIterator<HealthMessage>;
  readonly size: number;
};

// Two thirds of the stale time: 60 s of 90 s, two missed beats.
export const AMBER_SHARE = 2 / 3;
/** Finds a worker whose notification was lost. */
const BACKSTOP_MS = 10_000;

/** Red: no worker beat within the stale time. Amber: none within two thirds of it; or a ticker that, at the
 *  last beat, had not finished a pass for as long, or never: a beating heart can hide a stuck ticker. */
export function colourOf(health: SchedulerHealth, staleSeconds: number): Colour {
  const { lastSeenSeconds: seen, lastTickSeconds: ticked } = health;
  if (seen === null || seen >= staleSeconds) return 'red';
  const tickLag = (ticked ?? Infinity) - seen;
  return Math.max(seen, tickLag) >= staleSeconds * AMBER_SHARE ? 'amber' : 'green';
}

/** The same health, `ms` later, with nothing heard in between. */
function aged(health: SchedulerHealth, ms: number, staleSeconds: number): SchedulerHealth {
  const later = (seconds: number | null) => (seconds === null ? null : seconds + ms / 1000);
  const lastSeenSeconds = later(health.lastSeenSeconds);
  return {
    ...health,
    alive: (lastSeenSeconds ?? Infinity) < staleSeconds,
    lastSeenSeconds,
    lastTickSeconds: later(health.lastTickSeconds),
  };
}

/** Milliseconds until silence alone would change the colour. */
function untilChange({ lastSeenSeconds }: SchedulerHealth, staleSeconds: number): number {
  const waits = [staleSeconds * AMBER_SHARE, staleSeconds]
    .map((limit) => (limit - (lastSeenSeconds ?? Infinity)) * 1000)
    .filter((ms) => ms > 0);
  return Math.ceil(Math.min(...waits, BACKSTOP_MS)) + 1;
}

export function healthFeed(options: { pool: Pool; log: Log; staleSeconds: number }): HealthFeed {
  const { pool, log, staleSeconds } = options;
  const boxes = new Set<Mailbox<HealthMessage>>();
  const unmet = new Set<Mailbox<HealthMessage>>();
  let revision = 0;
  let told = '';
  let last: { health: SchedulerHealth; atMs: number } | undefined;

  const tell = (health: SchedulerHealth) => {
    const colour = colourOf(health, staleSeconds);
    const facts = `${colour} ${health.changedAt}`;
    const changed = facts !== told;
    if (changed) revision += 1;
    told = facts;
    const revised = { resync: false, revision, colour, health };
    const whole = { ...revised, resync: true };
    for (const box of boxes) {
      if (unmet.delete(box)) box.put(whole);
      else if (changed) box.put(revised);
    }
  };

  const pass = async () => {
    if (boxes.size === 0) return undefined;
    try {
      last = { health: await readSchedulerHealth(pool, staleSeconds), atMs: performance.now() };
    } catch (error) {
      // Without the database nobody beats either: what was known grows old.
      if (last) tell(aged(last.health, performance.now() - last.atMs, staleSeconds));
      throw error;
    }
    tell(last.health);
    return untilChange(last.health, staleSeconds);
  };
  const telling = loop('health', pass, { everyMs: BACKSTOP_MS, log });

  return {
    get size() {
      return boxes.size;
    },
    notify: () => telling.wake(),
    recheck() {
      for (const box of boxes) unmet.add(box);
      telling.wake();
    },
    watch() {
      const box = mailbox<HealthMessage>(
        (held, next) => ({ ...next, resync: held.resync || next.resync }),
        () => {
          boxes.delete(box);
          unmet.delete(box);
        },
      );
      boxes.add(box);
      unmet.add(box);
      telling.wake();
      return box;
    },
    async [Symbol.asyncDispose]() {
      await telling[Symbol.asyncDispose]();
      for (const box of [...boxes]) box.end();
    },
  };
}
