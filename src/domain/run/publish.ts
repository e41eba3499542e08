/** A step's effect and its outcome in one transaction: the effect first, then, under the run row's lock, the fence,
 *  the step's final state and its event. They commit together or not at all, so a frozen worker that wakes can
 *  make nothing visible, and no one has to guess after a crash. */
import { row, statement, type Client } from '#platform/db.ts';
import { toJsonb } from '../event/event.ts';
import type { Json } from '../step/kind.ts';

/** The run belongs to another claim now, or has ended: nothing more may be written about it. */
export class FenceLost extends Error {
  override readonly name = 'FenceLost';
  constructor(runId: number, fence: number) {
    super(`run ${runId} is no longer held under fence ${fence}`);
  }
}

export type Publishing = {
  readonly runId: number;
  readonly fence: number;
  readonly pos: number;
  readonly attempt: number;
  readonly output: Json;
  /** The payload of the step's `step.finished` event. */
  readonly event: { readonly [key: string]: Json };
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

const findOutcome = statement<{ state: string; attempt: number }>(
  'find-step-outcome',
  `select state, attempt from step_run where run_id = $1 and pos = $2`,
);

/** Runs `publish` and records success behind it, on a connection of the run's own (`hf:<run>:<fence>`).
 *  @returns the output that was stored.
 *  @throws FenceLost, with nothing published, when a newer claim holds the run. */
export async function publishStep(
  connect: () => Promise<Client>,
  step: Publishing,
  publish: (tx: Client) => Promise<Json | void>,
): Promise<Json> {
  const client = await connect();
  let output = step.output;
  let committing = false;
  try {
    await client.query("begin; set local idle_in_transaction_session_timeout = '10s'");
    output = (await publish(client)) ?? step.output;
    const recorded = await row(client, record, [
      step.runId,
      step.fence,
      step.pos,
      step.attempt,
      toJsonb(output),
      toJsonb(step.event),
    ]);
    if (!recorded) throw new FenceLost(step.runId, step.fence);
    await client.query("select pg_notify('hf_run', $1)", [String(step.runId)]);
    committing = true;
    await client.query('commit');
    return output;
  } catch (error) {
    // A connection lost while committing: the database knows what came of it.
    if (committing && (await wasPublished(connect, step))) return output;
    await client.query('rollback').catch(() => {
      // The connection is gone, and its transaction with it.
    });
    throw error;
  }
}

async function wasPublished(connect: () => Promise<Client>, step: Publishing): Promise<boolean> {
  const outcome = await row(await connect(), findOutcome, [step.runId, step.pos]);
  return outcome?.state === 'succeeded' && outcome.attempt === step.attempt;
}
