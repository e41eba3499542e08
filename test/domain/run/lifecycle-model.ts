/** The life of a scenario's runs, as a plain list that a person can follow, beside the same commands on a real
 *  database: after each command both must tell the same. Throws on the first difference, with the shortest list of
 *  commands that leads to it. Needs no test runner, so that it can also be run against a planted mistake. */
import { deepStrictEqual, ok, rejects } from 'node:assert/strict';
import fc from 'fast-check';
import { transaction, type Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import type { Log } from '#platform/log.ts';
import { requestCancel } from '#domain/run/cancel-run.ts';
import { claimExpired, claimQueued } from '#domain/run/claim.sql.ts';
import { flushBatches } from '#domain/run/flush.sql.ts';
import { promoteWaiting } from '#domain/run/promote.ts';
import { tickOnce } from '#domain/tick/decide-due.ts';
import { fireManual } from '#domain/tick/fire-manual.ts';
import { createScenario } from '#test/support/factories.ts';

type Overlap = 'skip' | 'buffer_one' | 'buffer_all' | 'cancel_other' | 'allow';
const OVERLAPS: readonly Overlap[] = ['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'allow'];

type State = 'waiting' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
type ModelRun = { id: number; dueMs: number; state: State; fence: number; endAsked: boolean };
type Model = { overlap: Overlap; runs: ModelRun[] };

export type Ground = {
  readonly pool: Pool;
  readonly log: Log;
  readonly place: { orgId: number; projectId: number; ownerUserId: number };
};
type Real = Ground & { readonly scenarioId: number; readonly kind: string };
type Command = fc.AsyncCommand<Model, Real>;

const isActive = ({ state }: ModelRun) => state === 'queued' || state === 'running';
const activeOf = ({ runs }: Model) => runs.find(isActive);
const waitingOf = ({ runs }: Model) =>
  runs
    .filter(({ state }) => state === 'waiting')
    .toSorted((a, b) => a.dueMs - b.dueMs || a.id - b.id);
const isHeld = (model: Model) =>
  model.overlap !== 'allow' && (activeOf(model) ?? waitingOf(model)[0]) !== undefined;

function promoteModel(model: Model) {
  const [oldest] = waitingOf(model);
  if (oldest && !activeOf(model)) oldest.state = 'queued';
}

/** What a cancel does, by whoever asks. */
function cancelModel(model: Model, run: ModelRun) {
  if (run.state === 'cancelled') return;
  if (run.state === 'running') run.endAsked = true;
  else {
    const wasQueued = run.state === 'queued';
    Object.assign(run, { state: 'cancelled', endAsked: true });
    if (wasQueued) promoteModel(model);
  }
}

async function newestRun({ pool, scenarioId }: Real): Promise<{ id: number; dueMs: number }> {
  const { rows } = await pool.query<{ id: number; dueMs: number }>(
    `select id, (1000 * extract(epoch from due_at))::float8 as "dueMs" from run
     where scenario_id = $1 order by id desc limit 1`,
    [scenarioId],
  );
  return rows[0]!;
}

const put = async (model: Model, real: Real, state: State) => {
  model.runs.push({ ...(await newestRun(real)), state, fence: 0, endAsked: false });
};

async function compare({ runs }: Model, { pool, scenarioId }: Real): Promise<void> {
  const { rows } = await pool.query(
    `select id, state, fence, cancel_requested_at is not null as "endAsked",
            event_seq = (select count(*) from run_event where run_id = run.id) as "noGap",
            fence = (select count(*) from run_claim where run_id = run.id) as "claimed",
            (finished_at is not null) = (state in ('succeeded', 'failed', 'cancelled')) as "ended"
     from run where scenario_id = $1 order by id`,
    [scenarioId],
  );
  deepStrictEqual(
    rows,
    runs.map(({ id, state, fence, endAsked }) => ({
      ...{ id, state, fence, endAsked },
      ...{ noGap: true, claimed: true, ended: true },
    })),
  );
}

/** A command that is told by its name in a counterexample, and compared after. */
function command(
  name: string,
  check: (model: Model) => boolean,
  run: (model: Model, real: Real) => Promise<void>,
): Command {
  return {
    toString: () => name,
    check,
    async run(model, real) {
      await run(model, real);
      await compare(model, real);
    },
  };
}

const byHand = () =>
  command(
    'run by hand',
    () => true,
    async (model, real) => {
      const held = isHeld(model);
      await transaction(real.pool, (tx) =>
        fireManual(tx, {
          scenarioId: real.scenarioId,
          userId: real.place.ownerUserId,
          params: {},
          idempotencyKey: '',
        }),
      );
      await put(model, real, held ? 'waiting' : 'queued');
    },
  );

/** A due time that is on time. */
const due = () =>
  command(
    'due',
    () => true,
    async (model, real) => {
      await real.pool.query(
        `with now as (select date_trunc('milliseconds', clock_timestamp()) as at)
         update scenario set next_due_at = now.at, trigger = jsonb_build_object('interval', '1h', 'anchor',
           to_char(now.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
         from now where id = $1`,
        [real.scenarioId],
      );
      await tickOnce(real.pool, real.log);
      if (!isHeld(model)) return put(model, real, 'queued');
      const waiting = waitingOf(model);
      switch (model.overlap) {
        case 'allow':
        case 'skip':
          return;
        case 'buffer_one':
          if (waiting.length > 0) return;
          return put(model, real, 'waiting');
        case 'buffer_all':
          return put(model, real, 'waiting');
        case 'cancel_other': {
          const active = activeOf(model);
          for (const run of waiting) cancelModel(model, run);
          await put(model, real, 'waiting');
          if (active) cancelModel(model, active);
        }
      }
    },
  );

const claim = (limit: number) =>
  command(
    `claim ${limit}`,
    () => true,
    async (model, real) => {
      const claimed = await claimQueued(real.pool, claimOf(real, limit));
      const queued = model.runs.filter(({ state }) => state === 'queued');
      const taken = queued.toSorted((a, b) => a.dueMs - b.dueMs || a.id - b.id).slice(0, limit);
      deepStrictEqual(
        claimed.map(({ id }) => id).toSorted((a, b) => a - b),
        taken.map(({ id }) => id).toSorted((a, b) => a - b),
      );
      for (const run of taken) Object.assign(run, { state: 'running', fence: run.fence + 1 });
    },
  );

const claimOf = ({ kind }: Real, limit: number) => ({
  workerId: 'model',
  leaseSeconds: 600,
  limit,
  kinds: [kind],
});

let flushes = Date.now();

/** What a worker writes at the end of a run. @returns whether it was taken. */
async function flush({ pool }: Real, runId: number, fence: number, state: State): Promise<boolean> {
  const events = [{ type: 'run.finished' as const, payload: { state } }];
  const batch = { runId, fence, events, steps: [], attempts: [], run: { state } };
  return (await flushBatches(pool, [batch], ++flushes)).has(runId);
}

/** @param pick which of the running ones. */
const end = (state: 'succeeded' | 'failed' | 'cancelled' | 'queued', pick: number) =>
  command(
    state === 'queued' ? `hand over ${pick}` : `end ${pick} as ${state}`,
    ({ runs }) => runs.some((run) => run.state === 'running'),
    async ({ runs }, real) => {
      const running = runs.filter((run) => run.state === 'running');
      const run = running[pick % running.length]!;
      ok(await flush(real, run.id, run.fence, state));
      run.state = state;
    },
  );

/** A worker that lost its run, or that tells an end twice. */
const endLate = (pick: number) =>
  command(
    `end ${pick} under an old fence`,
    ({ runs }) => runs.some(({ fence }) => fence > 0),
    async ({ runs }, real) => {
      const claimed = runs.filter(({ fence }) => fence > 0);
      const { id, fence, state } = claimed[pick % claimed.length]!;
      const old = state === 'running' || state === 'queued' ? fence - 1 : fence;
      ok(!(await flush(real, id, old, 'succeeded')), 'an old fence was taken');
    },
  );

const takeOver = () =>
  command(
    'leases run out',
    ({ runs }) => runs.some((run) => run.state === 'running'),
    async ({ runs }, real) => {
      await real.pool.query(
        `update run set lease_until = clock_timestamp() - interval '1 s'
         where scenario_id = $1 and state = 'running'`,
        [real.scenarioId],
      );
      await claimExpired(real.pool, claimOf(real, 100));
      for (const run of runs) if (run.state === 'running') run.fence += 1;
    },
  );

const cancel = (pick: number) =>
  command(
    `cancel ${pick}`,
    ({ runs }) => runs.length > 0,
    async (model, real) => {
      const run = model.runs[pick % model.runs.length]!;
      const ask = () =>
        transaction(real.pool, (tx) =>
          requestCancel(tx, run.id, real.place.ownerUserId, 'no longer wanted'),
        );
      if (run.state === 'succeeded' || run.state === 'failed') {
        // Asked before it ended, there is nothing new to refuse.
        if (run.endAsked) await ask();
        else await rejects(ask, (error: unknown) => error instanceof DomainError);
        return;
      }
      await ask();
      cancelModel(model, run);
    },
  );

const promote = () =>
  command(
    'promote',
    () => true,
    async (model, real) => {
      await promoteWaiting(real.pool, [real.scenarioId]);
      if (model.overlap !== 'allow') promoteModel(model);
    },
  );

const commands = fc.commands(
  [
    fc.constant(byHand()),
    fc.constant(due()),
    fc.integer({ min: 1, max: 3 }).map(claim),
    fc
      .tuple(fc.constantFrom('succeeded', 'failed', 'cancelled', 'queued'), fc.nat(3))
      .map(([state, pick]) => end(state as 'succeeded', pick)),
    fc.nat(5).map(endLate),
    fc.constant(takeOver()),
    fc.nat(9).map(cancel),
    fc.constant(promote()),
  ],
  // Long lists: a mistake about an end needs a run, a claim and an end before it.
  { maxCommands: 40, size: 'max' },
);

/** @throws Error with the shortest failing list of commands. */
export async function checkLifecycle(ground: Ground, numRuns: number, seed?: number) {
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...OVERLAPS), commands, async (overlap, list) => {
      // A kind of its own, so that a claim finds no other scenario's runs.
      const kind = `model_${process.pid}_${turn++}`;
      const policies = { overlap };
      const steps = [{ kind }];
      const scenario = await createScenario(ground.pool, { ...ground.place, policies, steps });
      const setup = () => ({
        model: { overlap, runs: [] },
        real: { ...ground, scenarioId: scenario.id, kind },
      });
      await fc.asyncModelRun(setup, list);
    }),
    {
      numRuns,
      ...(seed !== undefined && { seed }),
      // Looking for the shortest list may take minutes; a short one will do.
      plugins: [fc.interruptAfterTimeLimit(25_000, { failOnInterrupt: true })],
    },
  );
}
