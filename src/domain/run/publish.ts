/** The effects of steps and their outcomes in one transaction: the effects first, then, under the run row's lock, the
 *  fence, the steps' final states and their events. They commit together or not at all, so a frozen worker that wakes
 *  can make nothing visible, and no one has to guess after a crash. */
import { setTimeout as delay } from 'node:timers/promises';
import { isTransient, row, rows, statement, type Client, type Queryable } from '#platform/db.ts';
import { toJsonb } from '../event/event.ts';
import type { Json } from '../step/kind.ts';

/** The run belongs to another claim now, or has ended: nothing more may be written about it. */
export class FenceLost extends Error {
  override readonly name = 'FenceLost';
  constructor(runId: number, fence: number) {
    super(`run ${runId} is no longer held under fence ${fence}`);
  }
}

/** A step could not be made visible, and with it none of those that were to be published together. */
export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
  readonly pos: number;
  constructor(pos: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.pos = pos;
  }
}

/** The connection was lost in the commit and the database could not be asked what came of it: nothing may be said about
 *  the steps. The next claim of the run finds them as they are. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
  constructor(runId: number, cause: unknown) {
    super(`whether steps of run ${runId} were published is not known`, { cause });
  }
}

export type Publication = {
  readonly pos: number;
  readonly attempt: number;
  readonly output: Json;
  /** The payload of the step's `step.finished` event. */
  readonly event: { readonly [key: string]: Json };
  /** May answer an output that replaces the one above. */
  readonly publish: (tx: Client) => Promise<Json | void>;
};

const record = statement<{ seq: number }>(
  'publish-step',
  `with r as (
     update run set event_seq = event_seq + 1, lost_claims = 0
     where id = $1 and fence = $2 and state = 'running' returning id, event_seq
   ), s as (
     update step_run set state = 'succeeded', attempt = $4, output = $5::jsonb, finished_at = clock_timestamp()
     from r where run_id = r.id and pos = $3
   ), a as (
     update step_attempt set state = 'succeeded', finished_at = clock_timestamp()
     from r where run_id = r.id and pos = $3 and attempt = $4
   )
   insert into run_event (run_id, seq, type, at, payload)
   select id, event_seq, 'step.finished', clock_timestamp(), $6::jsonb from r returning seq`,
);

// The commit may still be under way although its connection is lost: its lock on the run ends with it.
const awaitCommit = statement('await-publication', `select from run where id = $1 for update`);

const findOutcomes = statement<{ pos: number; attempt: number }>(
  'find-step-outcomes',
  `select pos, attempt from step_run where run_id = $1 and state = 'succeeded'`,
);

/** Runs each `publish` in order and records the successes behind them, on a connection of the run's own
 *  (`hf:<run>:<fence>`).
 *  @param db another connection, which no signal to the run closes: for asking what came of a commit.
 *  @returns the outputs that were stored, in the order given.
 *  @throws FenceLost when a newer claim holds the run, PublishFailed when a step refuses; nothing is visible then.
 *  OutcomeUnknown when that cannot be told. */
export async function publishSteps(
  connect: () => Promise<Client>,
  db: Queryable,
  { runId, fence }: { readonly runId: number; readonly fence: number },
  steps: readonly Publication[],
): Promise<Json[]> {
  const client = await connect();
  const outputs: Json[] = [];
  let committing = false;
  try {
    await client.query("begin; set local idle_in_transaction_session_timeout = '10s'");
    for (const step of steps) outputs.push(await effect(client, step));
    for (const [i, step] of steps.entries()) {
      const recorded = await row(client, record, [
        runId,
        fence,
        step.pos,
        step.attempt,
        toJsonb(outputs[i]),
        toJsonb(step.event),
      ]);
      if (!recorded) throw new FenceLost(runId, fence);
    }
    await client.query("select pg_notify('hf_run', $1)", [String(runId)]);
    committing = true;
    await client.query('commit');
    return outputs;
  } catch (error) {
    // A connection lost while committing: the database knows what came of it, once it is back.
    if (committing && (await werePublished(db, runId, steps))) return outputs;
    await client.query('rollback').catch(() => {
      // The connection is gone, and its transaction with it.
    });
    throw error;
  }
}

async function effect(client: Client, step: Publication): Promise<Json> {
  try {
    return (await step.publish(client)) ?? step.output;
  } catch (error) {
    throw new PublishFailed(step.pos, error);
  }
}

// A restart takes seconds, and a lease not much longer.
const ASK_FOR_MS = 10_000;
const ASK_EVERY_MS = 200;

async function werePublished(
  db: Queryable,
  runId: number,
  steps: readonly Publication[],
): Promise<boolean> {
  for (const deadline = performance.now() + ASK_FOR_MS; ;) {
    try {
      await rows(db, awaitCommit, [runId]);
      const done = await rows(db, findOutcomes, [runId]);
      return steps.every(({ pos, attempt }) =>
        done.some((outcome) => outcome.pos === pos && outcome.attempt === attempt),
      );
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) {
        throw new OutcomeUnknown(runId, error);
      }
      await delay(ASK_EVERY_MS);
    }
  }
}
