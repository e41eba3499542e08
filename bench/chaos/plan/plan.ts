/** The scenarios that are driven: every trigger with every policy, and for one in five a debt of due times, as after a
 *  night without workers. */
import type { Catchup, DueRule, Overlap, ScenarioHistory } from '../history.ts';
import type { Random } from '../random.ts';
import { CALENDARS } from './days.ts';
import { planFailing, planSteps, workMs, type Step } from './steps.ts';
import { firstAfter, planTrigger, type TriggerWire } from './triggers.ts';

export type Plan = Pick<
  ScenarioHistory,
  'overlap' | 'catchup' | 'maxCatchupRuns' | 'calendar' | 'pauseAfter' | 'maxRunning'
> & {
  readonly trigger: TriggerWire;
  readonly rule: DueRule;
  /** The plans, by their places in the list, on whose success it fires. */
  readonly upstream: { readonly plans: readonly number[]; readonly require: 'any' | 'all' } | null;
  /** In the project whose running runs are limited. */
  readonly limited: boolean;
  readonly createdAt: Date;
  /** The first due time that counts. */
  readonly firstDueMs: number;
  readonly catchupWindowSeconds: number;
  /** What else its policies say. */
  readonly policies: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
  /** Seconds between two due times at which it still keeps up with them, where it must. */
  readonly atLeastSeconds: number;
};

const OVERLAPS: readonly Overlap[] = ['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'allow'];
const CATCHUPS: readonly Catchup[] = ['last', 'none', 'all'];

export function planScenarios(count: number, random: Random, nowMs: number): Plan[] {
  return Array.from({ length: count }, (_, n) => {
    const overlap = OVERLAPS[n % OVERLAPS.length]!;
    const createdAt = new Date(nowMs - random.int(0, 30 * 3_600_000));
    const { trigger, rule, seconds } = planTrigger(random, createdAt);
    const debtMs = random.chance(0.2) ? random.int(61, 7200) * 1000 : 0;
    const fromMs = Math.max(nowMs - debtMs, createdAt.getTime());
    const limited = n % 8 === 7;
    const pauseAfter = overlap !== 'allow' && n % 13 === 5 ? random.int(1, 3) : 0;
    const steps = pauseAfter > 0 ? planFailing() : planSteps(random, overlap, seconds * 1000);
    // Twice as fast as its due times come, or its queue would grow without end.
    const keepsUp = Math.max(1, Math.ceil((2 * workMs(steps)) / 1000));
    const limits = overlap === 'allow' && seconds >= keepsUp && random.chance(0.6);
    return {
      trigger,
      rule,
      upstream: null,
      limited,
      createdAt,
      firstDueMs: firstAfter(rule, fromMs),
      overlap,
      catchup: CATCHUPS[Math.floor(n / OVERLAPS.length) % CATCHUPS.length]!,
      catchupWindowSeconds: random.pick([600, 3600, 86_400]),
      maxCatchupRuns: random.int(1, 5),
      calendar: !limited && n % 9 === 2 ? random.pick(CALENDARS) : null,
      pauseAfter,
      maxRunning: limits ? random.int(1, 2) : null,
      policies: {
        priority: random.int(-1, 1),
        ...(random.chance(0.1) && { timeout: '20s' }),
        ...(random.chance(0.1) && { jitter: '3s' }),
        ...(random.chance(0.1) && { start_deadline: '30s' }),
      },
      steps,
      atLeastSeconds: limits || overlap === 'buffer_all' ? keepsUp : 1,
    };
  });
}

/** With scenarios behind them that fire on their success; those that do are not to succeed faster than these can
 *  follow, however they are edited. */
export function withDownstreams(count: number, random: Random, above: readonly Plan[]): Plan[] {
  const below = planDownstreams(count, random, above);
  const followed = new Set(below.flatMap(({ upstream }) => upstream?.plans ?? []));
  const calmed = above.map((plan, n) =>
    followed.has(n)
      ? { ...plan, atLeastSeconds: Math.max(plan.atLeastSeconds, CALM_SECONDS) }
      : plan,
  );
  return [...calmed, ...below];
}

const CALM_SECONDS = 5;

/** Scenarios that fire on the success of some of those given, or of each other: chains, but no rings. */
function planDownstreams(count: number, random: Random, above: readonly Plan[]): Plan[] {
  const calm = above.flatMap(({ rule, limited }, n) =>
    limited || (rule.kind === 'interval' && rule.everyMs < CALM_SECONDS * 1000) ? [] : [n],
  );
  return Array.from({ length: count }, (_, n) => {
    const overlap = OVERLAPS[n % OVERLAPS.length]!;
    const require = random.pick(['any', 'all'] as const);
    const places = [...new Set(Array.from({ length: random.int(1, 3) }, () => random.pick(calm)))];
    calm.push(above.length + n);
    return {
      ...DEFAULTS,
      trigger: { upstream: places.map((place) => `s${place}`), require },
      rule: { kind: 'never' },
      upstream: { plans: places, require },
      createdAt: new Date(),
      firstDueMs: Infinity,
      overlap,
      calendar: n % 4 === 1 ? random.pick(CALENDARS) : null,
      steps: planSteps(random, overlap, CALM_SECONDS * 1000),
    };
  });
}

/** Scenarios that are all alike, due every so many seconds from now on. */
export function planAlike(
  count: number,
  seconds: number,
  steps: readonly Step[],
  more: Partial<Plan>,
): (random: Random, nowMs: number) => Plan[] {
  return (_random, nowMs) => {
    const createdAt = new Date(Math.ceil(nowMs / 1000) * 1000);
    const everyMs = seconds * 1000;
    const plan: Plan = {
      ...DEFAULTS,
      trigger: { interval: `${seconds}s` },
      rule: { kind: 'interval', everyMs, anchorMs: createdAt.getTime() },
      createdAt,
      firstDueMs: createdAt.getTime() + everyMs,
      steps,
      ...more,
    };
    return Array.from({ length: count }, () => plan);
  };
}

const DEFAULTS = {
  upstream: null,
  limited: false,
  overlap: 'skip',
  catchup: 'last',
  catchupWindowSeconds: 86_400,
  maxCatchupRuns: 100,
  calendar: null,
  pauseAfter: 0,
  maxRunning: null,
  policies: {},
  atLeastSeconds: 1,
} as const;
