/** Triggers by time, and the rules that say the same to the checker. */
import type { DueRule } from '../history.ts';
import type { Random } from '../random.ts';

export type TriggerWire =
  | { interval: string; anchor?: string }
  | { cron: string }
  | { upstream: string[]; require: 'any' | 'all' };

// Seconds, by weight: some 30 due times a second with 300 scenarios, two thirds of which make a run.
const INTERVALS: readonly (readonly [number, number])[] = [
  [1, 2],
  [2, 3],
  [3, 4],
  [5, 10],
  [7, 8],
  [10, 25],
  [15, 12],
  [20, 12],
  [30, 12],
  [60, 8],
];

/** A trigger, the rule that says the same, and how many seconds lie between two of its due times.
 *  @param atLeast seconds, for a scenario that must keep up with its due times. */
export function planTrigger(
  random: Random,
  createdAt: Date,
  atLeast = 1,
): { trigger: TriggerWire; rule: DueRule; seconds: number } {
  if (random.chance(0.12)) {
    const everyMinutes = random.weighted([
      [1, 6],
      [2, 2],
      [5, 1],
    ] as const);
    const cron = everyMinutes === 1 ? '* * * * *' : `*/${everyMinutes} * * * *`;
    return {
      trigger: { cron },
      rule: { kind: 'cron', everyMinutes },
      seconds: everyMinutes * 60,
    };
  }
  const seconds = random.weighted(INTERVALS.filter(([each]) => each >= atLeast));
  const anchored = random.chance(0.4);
  // Whole milliseconds, anywhere within the interval.
  const anchorMs = anchored ? Date.UTC(2026, 0, 1) + random.int(0, 60_000) : createdAt.getTime();
  return {
    trigger: {
      interval: `${seconds}s`,
      ...(anchored && { anchor: new Date(anchorMs).toISOString() }),
    },
    rule: { kind: 'interval', everyMs: seconds * 1000, anchorMs },
    seconds,
  };
}

/** How far apart two due times lie. */
export function everyMs(rule: DueRule): number {
  switch (rule.kind) {
    case 'interval':
      return rule.everyMs;
    case 'cron':
      return rule.everyMinutes * 60_000;
    case 'never':
      return Infinity;
  }
}

/** The first due time at or after an instant. */
export function firstAfter(rule: DueRule, fromMs: number): number {
  if (rule.kind === 'never') return Infinity;
  const anchorMs = rule.kind === 'interval' ? rule.anchorMs : 0;
  return anchorMs + Math.ceil((fromMs - anchorMs) / everyMs(rule)) * everyMs(rule);
}
