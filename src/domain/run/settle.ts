/** Ends are counted and told: failures in a row, the pause that a scenario takes by itself, and what people are to
 *  know of it. Everything about an end is one transaction under the scenario's slot, so that with any number of
 *  workers, and after a crash at any moment, each end counts once and is told once. */
import { isTransient, row, rows, transaction, type Client, type Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { notifyRules } from '../notification/recipients.ts';
import { writeNotifications, type Draft } from '../notification/write-notifications.ts';
import { pauseLocked } from '../scenario/operate-scenario.ts';
import { toScenario } from '../scenario/scenario.ts';
import { findScenario } from '../scenario/scenario.sql.ts';
import { countEnd, type Streak } from './streak.ts';
import * as sql from './settle.sql.ts';

// Scenarios and ends per transaction: enough to share its commit, few enough to hold slots for some 50 ms.
const MAX_SCENARIOS = 100;
const MAX_ENDS = 2_000;
// A slot was in somebody's hands: look again after this.
const CONTENDED_MS = 50;
// As long as an operator's may be.
const MAX_NOTE = 1000;

/** Settles ends that are not settled yet. What fails in a batch is tried alone, so that one scenario cannot keep the
 *  others from being told.
 *  @returns whether anything was settled, and the milliseconds after which more may be (null: nothing is left).
 *  @throws the first failure of a scenario that failed alone, after the others were settled. */
export async function settleOnce(
  pool: Pool,
  log: Log,
): Promise<{ settled: boolean; againMs: number | null }> {
  const open = await rows(pool, sql.findUnsettled, [MAX_SCENARIOS]);
  if (open.length === 0) return { settled: false, againMs: null };
  const ids = open.map(({ scenarioId }) => scenarioId);
  const ends = await settleBatch(pool, ids).catch(async (error: unknown) => {
    if (isTransient(error) || ids.length === 1) throw error;
    log.warn({ err: error, scenarios: ids }, 'ends could not be settled together; each alone now');
    return settleEach(pool, ids);
  });
  return { settled: ends > 0, againMs: ends > 0 ? 0 : CONTENDED_MS };
}

async function settleEach(pool: Pool, ids: readonly number[]): Promise<number> {
  let ends = 0;
  const failures: unknown[] = [];
  for (const id of ids) {
    await settleBatch(pool, [id]).then(
      (n) => (ends += n),
      (error: unknown) => failures.push(error),
    );
  }
  if (failures.length > 0) throw failures[0];
  return ends;
}

/** @returns how many ends were settled. */
function settleBatch(pool: Pool, scenarioIds: readonly number[]): Promise<number> {
  return transaction(pool, async (tx) => {
    // Locked in one statement, looked at in the next: its snapshot shows what the holder before did.
    const ids = (await rows(tx, sql.lockFree, [scenarioIds])).map(({ id }) => id);
    if (ids.length === 0) return 0;
    const ends = await rows(tx, sql.findEnds, [ids, MAX_ENDS]);
    if (ends.length === 0) return 0;
    const scenarios = await rows(tx, sql.findTold, [ids]);
    const counted = scenarios.map((scenario) => ({
      scenario,
      ...countScenario(
        scenario,
        ends.filter((end) => end.scenarioId === scenario.id),
      ),
    }));
    for (const { scenario, pauseNote } of counted) {
      if (pauseNote !== null) await pauseItself(tx, scenario, pauseNote);
    }
    await rows(tx, sql.recordSettled, [
      ends.map((end) => end.id),
      counted.map(({ scenario }) => scenario.id),
      counted.map(({ streak }) => streak.failures),
      counted.map(({ streak }) => streak.told),
    ]);
    await writeNotifications(
      tx,
      counted.flatMap(({ drafts }) => drafts),
    );
    return ends.length;
  });
}

type Counted = {
  readonly streak: Streak;
  readonly drafts: readonly Draft[];
  /** Why it is to pause itself; null: it is not. */
  readonly pauseNote: string | null;
};

function countScenario(scenario: sql.Told, ends: readonly sql.End[]): Counted {
  const rules = {
    ...notifyRules(scenario.policies),
    pauseAfterFailures: scenario.policies.pause_after_failures ?? 0,
  };
  let streak: Streak = { failures: scenario.failures, told: scenario.failureToldAt !== null };
  let pauseNote: string | null = null;
  const drafts: Draft[] = [];
  for (const run of ends) {
    const paused = scenario.pausedAt !== null || pauseNote !== null || scenario.deletedAt !== null;
    const { tell, ...next } = countEnd(streak, run.state, rules, paused);
    // Of a recovery, the failures that it ends.
    const failures = run.state === 'succeeded' ? streak.failures : next.failures;
    if (tell.includes('paused')) pauseNote = noteOf(failures, run);
    for (const kind of tell) {
      const note = kind === 'paused' && pauseNote !== null ? { note: pauseNote } : {};
      drafts.push({ kind, scenario, run, failures, ...note });
    }
    streak = next;
  }
  // Nobody waits for news of what was deleted; its runs still say how they ended.
  return { streak, pauseNote, drafts: scenario.deletedAt === null ? drafts : [] };
}

function noteOf(failures: number, { id, reason }: sql.End): string {
  const why = reason === null ? '' : `: ${reason}`;
  const note =
    failures === 1
      ? `run ${id} has failed, so it paused itself${why}`
      : `${failures} runs in a row have failed, so it paused itself; the last was run ${id}${why}`;
  return note.length > MAX_NOTE ? `${note.slice(0, MAX_NOTE - 1)}…` : note;
}

/** As an operator's pause: no new ticks, waiting runs cancelled, until somebody resumes it. */
async function pauseItself(tx: Client, { id, orgId }: sql.Told, note: string): Promise<void> {
  const found = (await row(tx, findScenario, [id, orgId]))!;
  await pauseLocked(tx, { orgId, userId: 0, address: null }, toScenario(found), { note });
}
