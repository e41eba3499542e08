/** The scenarios that are driven: every trigger with every policy, work that is shorter and longer than its interval,
 *  and for one in five a debt of due times, as after a night without workers. */
import { transaction } from '#platform/db.ts';
import type { Ground } from './ground.ts';
import type { Catchup, DueRule, Overlap, ScenarioHistory } from './history.ts';
import type { Random } from './random.ts';

export type TriggerWire =
  | { interval: string; anchor?: string }
  | { cron: string }
  | { upstream: string[]; require: 'any' | 'all' };
type Step = { readonly kind: string; readonly name: string; readonly [field: string]: unknown };

export type Plan = {
  readonly trigger: TriggerWire;
  readonly rule: DueRule;
  /** The plans, by their places in the list, on whose success it fires. */
  readonly upstream: { readonly plans: readonly number[]; readonly require: 'any' | 'all' } | null;
  readonly createdAt: Date;
  /** The first due time that counts. */
  readonly firstDueMs: number;
  readonly overlap: Overlap;
  readonly catchup: Catchup;
  readonly catchupWindowSeconds: number;
  readonly maxCatchupRuns: number;
  readonly policies: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
};

const OVERLAPS: readonly Overlap[] = ['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'allow'];
const CATCHUPS: readonly Catchup[] = ['last', 'none', 'all'];
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

export function planScenarios(count: number, random: Random, nowMs: number): Plan[] {
  return Array.from({ length: count }, (_, n) => {
    const overlap = OVERLAPS[n % OVERLAPS.length]!;
    const catchup = CATCHUPS[Math.floor(n / OVERLAPS.length) % CATCHUPS.length]!;
    const createdAt = new Date(nowMs - random.int(0, 30 * 3_600_000));
    const { trigger, rule, seconds } = planTrigger(random, createdAt);
    const debtMs = random.chance(0.2) ? random.int(61, 7200) * 1000 : 0;
    const fromMs = Math.max(nowMs - debtMs, createdAt.getTime());
    const catchupWindowSeconds = random.pick([600, 3600, 86_400]);
    const maxCatchupRuns = random.int(1, 5);
    return {
      trigger,
      rule,
      upstream: null,
      createdAt,
      firstDueMs: firstAfter(rule, fromMs),
      overlap,
      catchup,
      catchupWindowSeconds,
      maxCatchupRuns,
      policies: {
        overlap,
        catchup,
        catchup_window: `${catchupWindowSeconds}s`,
        max_catchup_runs: maxCatchupRuns,
        priority: random.int(-1, 1),
        ...(random.chance(0.1) && { timeout: '20s' }),
        ...(random.chance(0.1) && { jitter: '3s' }),
        ...(random.chance(0.1) && { start_deadline: '30s' }),
      },
      steps: planSteps(random, overlap, seconds * 1000),
    };
  });
}

/** Scenarios that fire on the success of some of those given, or of each other: chains, but no rings. */
export function planDownstreams(count: number, random: Random, above: readonly Plan[]): Plan[] {
  const calm = above.flatMap(({ rule }, n) =>
    rule.kind === 'interval' && rule.everyMs < 5000 ? [] : [n],
  );
  return Array.from({ length: count }, (_, n) => {
    const overlap = OVERLAPS[n % OVERLAPS.length]!;
    const require = random.pick(['any', 'all'] as const);
    const places = [...new Set(Array.from({ length: random.int(1, 3) }, () => random.pick(calm)))];
    calm.push(above.length + n);
    return {
      trigger: { upstream: places.map((place) => `s${place}`), require },
      rule: { kind: 'never' },
      upstream: { plans: places, require },
      createdAt: new Date(),
      firstDueMs: Infinity,
      overlap,
      catchup: 'last',
      catchupWindowSeconds: 86_400,
      maxCatchupRuns: 100,
      policies: { overlap },
      steps: planSteps(random, overlap, 5000),
    };
  });
}

/** A trigger, the rule that says the same, and how many seconds lie between two of its due times. */
export function planTrigger(
  random: Random,
  createdAt: Date,
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
  const seconds = random.weighted(INTERVALS);
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

function planSteps(random: Random, overlap: Overlap, everyMs: number): Step[] {
  // What buffers everything must be able to keep up; most of the others too, for 64 slots serve all 300.
  const share = overlap === 'buffer_all' || random.chance(0.7) ? 0.15 : 1.3;
  const ms = Math.round(Math.min(everyMs * share, random.chance(0.1) ? 6000 : 1500));
  const mark = (name: string, more: object = {}) => ({ kind: 'chaos_mark', name, ms: 0, ...more });
  switch (random.int(1, 7)) {
    case 1:
      return [{ kind: 'chaos_quick', name: 'quick' }];
    case 2:
      return [{ kind: 'chaos_sleep', name: 'sleep', ms }, mark('mark')];
    case 3:
      return [mark('one', { ms }), mark('two'), mark('three', { hold_ms: 50 })];
    case 4:
      return [{ kind: 'chaos_talk', name: 'talk', lines: 10, ms }, mark('mark')];
    case 5:
      return [
        mark('before'),
        {
          kind: 'chaos_flaky',
          name: 'flaky',
          every: 3,
          retries: { max: random.int(0, 1), initial: '1s' },
        },
        mark('after'),
        { ...mark('always'), run_if: 'always' },
      ];
    case 6:
      return [
        { ...mark('left', { ms }), parallel: true },
        { ...mark('right'), parallel: true },
        { kind: 'chaos_flaky', name: 'flaky', every: 4, parallel: true },
        mark('after'),
      ];
    default:
      return [mark('mark', { ms, hold_ms: 20 })];
  }
}

/** The first due time at or after an instant. */
function firstAfter(rule: DueRule, fromMs: number): number {
  switch (rule.kind) {
    case 'interval':
      return rule.anchorMs + Math.ceil((fromMs - rule.anchorMs) / rule.everyMs) * rule.everyMs;
    case 'cron':
      return Math.ceil(fromMs / (rule.everyMinutes * 60_000)) * rule.everyMinutes * 60_000;
    case 'never':
      return Infinity;
  }
}

/** Writes the scenarios as rows: their policies, and due times that lie in the past, are nobody's to ask for. */
export async function insertScenarios(
  { pool, orgId, projectId, userId }: Ground,
  plans: readonly Plan[],
): Promise<ScenarioHistory[]> {
  const ids = await transaction(pool, async (tx) => {
    const inserted: number[] = [];
    for (const [n, plan] of plans.entries()) {
      const { rows } = await tx.query(
        `insert into scenario (org_id, project_id, owner_user_id, slug, name, trigger, steps, policies, step_kinds,
                               created_at, next_due_at)
         values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10) returning id`,
        [
          orgId,
          projectId,
          userId,
          `s${n}`,
          JSON.stringify(plan.trigger),
          JSON.stringify(plan.steps),
          JSON.stringify(plan.policies),
          [...new Set(plan.steps.map((step) => step.kind))],
          plan.createdAt,
          Number.isFinite(plan.firstDueMs) ? new Date(plan.firstDueMs) : null,
        ],
      );
      const { id } = rows[0];
      await tx.query(
        'insert into upstream_link (downstream_id, upstream_id) select $1, unnest($2::int[])',
        [id, (plan.upstream?.plans ?? []).map((each) => inserted[each])],
      );
      inserted.push(id);
    }
    await tx.query("select pg_notify('hf_schedule', '')");
    return inserted;
  });
  return plans.map((plan, n) => ({
    id: ids[n]!,
    slug: `s${n}`,
    upstream: plan.upstream && {
      ids: plan.upstream.plans.map((each) => ids[each]!),
      require: plan.upstream.require,
    },
    overlap: plan.overlap,
    catchup: plan.catchup,
    catchupWindowMs: plan.catchupWindowSeconds * 1000,
    maxCatchupRuns: plan.maxCatchupRuns,
    changes: plan.upstream
      ? []
      : [{ fromMs: plan.firstDueMs - 1, untilMs: plan.firstDueMs - 1, rule: plan.rule }],
    pauses: [],
  }));
}
