/** What the tests of a scenario's screen share: a scenario as somebody saved it, runs, and what is watched of a page. */
import type { Page } from 'puppeteer';
import { transaction } from '#platform/db.ts';
import { applyScenario } from '#domain/scenario/apply-scenario.ts';
import type { Registry } from '#domain/step/kind.ts';
import { fireManual } from '#domain/tick/fire-manual.ts';
import { createRegistry } from '#steps/registry.ts';
import { principalOf } from '#test/support/factories.ts';
import { probeKinds } from '#test/support/kinds.ts';
import { until } from '#test/support/worker.ts';
import type { Stage } from './stage.ts';

const kinds: Registry = new Map([...createRegistry(), ...probeKinds]);

type Wire = Readonly<Record<string, unknown>>;

/** Saves a whole configuration as somebody, the owner unless another is named. */
export async function save(
  stage: Stage,
  wire: Wire,
  {
    scenarioId = null,
    userId = stage.owner.id,
  }: { scenarioId?: number | null; userId?: number } = {},
) {
  const who = await principalOf(stage.pool, { orgId: stage.org.id, userId });
  return applyScenario({ pool: stage.pool, kinds }, who, stage.project.id, { scenarioId, wire });
}

/** A run by hand. @returns its number. */
export async function fire(stage: Stage, scenarioId: number): Promise<number> {
  const { runId } = await transaction(stage.pool, (tx) =>
    fireManual(tx, { scenarioId, userId: stage.owner.id, params: {}, idempotencyKey: '' }),
  );
  return runId;
}

export const untilRun = (stage: Stage, id: number, state: string) =>
  until(`run ${id} ${state}`, async () => {
    const { rows } = await stage.pool.query('select state from run where id = $1', [id]);
    return rows[0]?.state === state;
  });

/** Settles once something is on the page, with when it came (this machine's clock, in ms). */
export const cameAt = (page: Page, selector: string): Promise<number> =>
  page.evaluate(
    (what) =>
      new Promise<number>((done) => {
        const look = () => {
          if (!document.querySelector(what)) return false;
          done(Date.now());
          return true;
        };
        if (look()) return;
        const observer = new MutationObserver(() => look() && observer.disconnect());
        observer.observe(document, { subtree: true, childList: true, attributes: true });
      }),
    selector,
  );

/** Presses Tab until what has the focus, in a shadow root too, fits. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let n = 0; n < 150; n++) {
    await page.keyboard.press('Tab');
    const isThere = await page.evaluate((what) => {
      const outer = document.activeElement;
      const inner = outer?.shadowRoot?.activeElement ?? outer;
      return inner?.matches(what) ?? false;
    }, selector);
    if (isThere) return;
  }
  throw new Error(`the keyboard does not reach ${selector}`);
}

/** How far the page is wider than its window, in CSS px, once what is drawn to measure is drawn anew. */
export const tooWide = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    for (let n = 0; n < 3; n++) await new Promise((done) => requestAnimationFrame(done));
    const { scrollWidth, clientWidth } = document.documentElement;
    return Math.max(0, scrollWidth - clientWidth);
  });
