/** What people choose to do, and to what. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ScenarioHistory } from '../history.ts';
import { CALENDARS, dayChoices } from '../plan/days.ts';
import { everyMs, firstAfter, planTrigger } from '../plan/triggers.ts';
import type { Act, Stage } from '../script.ts';

// The first scenarios: one of each overlap with each catch-up.
const FAVOURITES = 15;
// The whole organisation is not paused sooner than this after the last time.
const CALM_MS = 10_000;
const HOUR_MS = 3_600_000;

export function people({ ground, operator, scenarios, plans, random }: Stage) {
  const busy = new Set<ScenarioHistory>();
  const timed = scenarios.filter(({ upstream }) => !upstream);
  let organisedMs = 0;

  /** One scenario, by one person at a time: what came of a lost answer could not be told otherwise. */
  const onOne = async (
    among: readonly ScenarioHistory[],
    act: (scenario: ScenarioHistory) => Promise<unknown>,
  ) => {
    const free = among.filter((scenario) => !busy.has(scenario));
    if (free.length === 0) return false;
    // Half of the time one of a few, so that what people do meets what others have done.
    const favourites = free.filter((scenario) => scenarios.indexOf(scenario) < FAVOURITES);
    const scenario = random.pick(favourites.length > 0 && random.chance(0.5) ? favourites : free);
    busy.add(scenario);
    await act(scenario).finally(() => busy.delete(scenario));
    return true;
  };

  function chooseRange({ changes }: ScenarioHistory) {
    const { rule } = changes.at(-1)!;
    const step = everyMs(rule);
    const lengthMs = random.int(1, 6) * step;
    const { midnightMs } = ground.days;
    const toMs = random.weighted([
      [null, 3],
      [Date.now() - random.int(0, 3 * HOUR_MS), 3],
      // Over the change of a day, and exactly up to a due time.
      [firstAfter(rule, midnightMs + random.int(0, 2) * step), 3],
    ] as const);
    const inPast = toMs === null || toMs < Date.now() - 1000;
    const to = inPast ? toMs : null;
    return { afterMs: (to ?? Date.now()) - lengthMs, toMs: to };
  }

  async function pauseOrganisation(drains: boolean): Promise<boolean> {
    if (Date.now() - organisedMs < CALM_MS) return false;
    organisedMs = Infinity;
    await operator.pauseOrg(drains);
    await delay(random.int(1000, 5000));
    if (random.chance(0.3)) {
      await operator.pauseOrg(!drains);
      await delay(random.int(500, 3000));
    }
    await operator.resumeOrg();
    organisedMs = Date.now();
    return true;
  }

  const cancel = (holdMs: number) =>
    operator.cancel((count) => random.int(0, Math.max(0, count - 1)), holdMs);

  return {
    edit: () =>
      onOne(timed, (scenario) => {
        const { createdAt, atLeastSeconds } = plans[scenarios.indexOf(scenario)]!;
        const { trigger, rule } = planTrigger(random, createdAt, atLeastSeconds);
        return operator.edit(scenario, trigger, rule);
      }),
    pause: () => onOne(scenarios, (scenario) => operator.pause(scenario, null)),
    pauseUntil: () =>
      onOne(scenarios, (scenario) => operator.pause(scenario, random.int(1000, 8000))),
    resume: async () => onOne(await operator.findPaused(scenarios), operator.resume),
    run: () => onOne(scenarios, operator.runNow),
    cancel: () => cancel(0),
    cancelSlowly: () => cancel(random.int(50, 300)),

    async retry() {
      const state = random.weighted([
        ['failed', 6],
        ['cancelled', 2],
        ['succeeded', 2],
      ] as const);
      const ended = await operator.findEnded(state);
      if (ended.length === 0) return false;
      const runId = random.pick(ended);
      const fromStart = state === 'succeeded' || random.chance(0.25);
      const ask = () => operator.retry(runId, fromStart ? 'from_start' : 'from_failed');
      // Two people at once now and then: one of them is refused.
      await Promise.all(random.chance(0.2) ? [ask(), ask()] : [ask()]);
      return true;
    },

    backfill: () =>
      onOne(timed, async (scenario) => {
        // Failures are counted in the order of ends, which is known where runs follow each other.
        const one = scenario.pauseAfter > 0 || random.chance(0.6);
        const ask = { ...chooseRange(scenario), overlap: one ? 'buffer_all' : 'allow' } as const;
        await operator.backfill(scenario, ask);
        if (random.chance(0.2)) await operator.backfill(scenario, ask);
      }),

    async calendar() {
      await operator.setDays(random.pick(CALENDARS), random.pick(dayChoices(ground.days)));
      return true;
    },
    async limit() {
      await operator.setLimit(random.pick([3, 4, 6]));
      return true;
    },
    orgPause: () => pauseOrganisation(false),
    orgDrain: () => pauseOrganisation(true),
  } satisfies Record<string, Act>;
}
