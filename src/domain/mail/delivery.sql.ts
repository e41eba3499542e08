/** Statements about deliveries of reports. Whatever a step writes about one carries the run's fence: the lock on the
 *  run's row lets no claim come between the look and the write. What came of a try is fenced by its number. */
import { statement } from '#platform/db.ts';
import type { DeliveryState, StoredMessage } from './delivery.ts';

/** The run, while this claim holds it. $1 run, $2 fence. */
const held = `held as (
     select id from run where id = $1 and fence = $2 and state = 'running' for share
   )`;

/** Tells whoever watches deliveries of `w`, the rows that were written, once they are. */
const told = `pg_notify('hf_delivery', w.id::text)`;

// A delivery that is asked for again and again: 4 tries a time, 2,000 characters of reply each.
const MAX_TRIES_KEPT = 50;

/** The tries of `d` with one more that begins. */
const withTry = `(case when jsonb_array_length(d.tries) >= ${MAX_TRIES_KEPT} then d.tries - 0 else d.tries end)
          || jsonb_build_array(jsonb_build_object('at', clock_timestamp()))`;

/** The tries of `d`, the last one ended. One that a worker of an older version began is not among them. */
const withEnd = (state: string, reply: string) =>
  `case when jsonb_array_length(d.tries) = 0 or d.tries -> -1 ? 'state' then d.tries
               else jsonb_set(d.tries, '{-1}', (d.tries -> -1) || jsonb_build_object(
                 'finished_at', clock_timestamp(), 'state', ${state}::text, 'reply', ${reply}::text)) end`;

/** What an older claim, or an older run of the chain, began to send and never reported. $1 run, $2 fence, $3 first run,
 *  $4 step, $5 why. */
export const giveUpBegun = statement<{ recipient: string }>(
  'give-up-begun-deliveries',
  `with ${held}, w as (
     update email_delivery d set state = 'unknown', reply = $5, finished_at = clock_timestamp(), next_at = null,
            tries = ${withEnd("'unknown'", '$5')}
     from held
     where d.origin_run_id = $3 and d.step_name = $4 and d.state = 'sending' and d.asked_by_user_id is null
     returning d.id, d.recipient)
   select w.recipient, ${told} from w`,
);

/** Makes a row for each recipient who has none, and takes up those that were not delivered; the others stay as they
 *  are. $1 run, $2 fence, $3 first run, $4 step, $5 organisation, $6 project, $7 recipients, $8 Message-IDs, $9 subject,
 *  $10 message. */
export const prepare = statement<{ id: number }>(
  'prepare-deliveries',
  `with ${held}, w as (
     insert into email_delivery as d
       (org_id, project_id, run_id, origin_run_id, step_name, recipient, subject, message_id, message, created_at)
     select $5, $6, held.id, $3, $4, n.recipient, $9, n.message_id, $10::jsonb, clock_timestamp()
     from held, unnest($7::text[], $8::text[]) n (recipient, message_id)
     on conflict (origin_run_id, step_name, recipient) do update
       set run_id = excluded.run_id, subject = excluded.subject, message = excluded.message, state = 'pending',
           attempts = case d.state when 'failed' then 0 else d.attempts end,
           reply = null, finished_at = null, next_at = null, asked_by_user_id = null
       where d.state = 'failed' or d.state = 'pending' and d.asked_by_user_id is null
     returning d.id)
   select w.id, ${told} from w`,
);

export type Prepared = {
  readonly id: number;
  readonly recipient: string;
  readonly messageId: string;
  readonly state: DeliveryState;
  /** Somebody asked for it: a worker sends it besides the run. */
  readonly asked: boolean;
};

/** $1 first run, $2 step, $3 recipients. */
export const listPrepared = statement<Prepared>(
  'list-prepared-deliveries',
  `select id, recipient, message_id as "messageId", state, asked_by_user_id is not null as asked
   from email_delivery where origin_run_id = $1 and step_name = $2 and recipient = any($3) order by id`,
);

/** Says that it is being sent, before anything is. No row: another claim holds the run. $1 run, $2 fence, $3 delivery,
 *  $4 the seconds after which it is taken for lost. */
export const begin = statement<{ attempts: number }>(
  'begin-delivery',
  `with ${held}, w as (
     update email_delivery d set state = 'sending', attempts = d.attempts + 1,
            next_at = clock_timestamp() + $4::float8 * interval '1 s', tries = ${withTry}
     from held where d.id = $3 and d.state = 'pending' and d.asked_by_user_id is null
     returning d.id, d.attempts)
   select w.attempts, ${told} from w`,
);

/** Fails one without a try. $1 run, $2 fence, $3 delivery, $4 why. */
export const refuse = statement<{ id: number }>(
  'refuse-delivery',
  `with ${held}, w as (
     update email_delivery d set state = 'failed', reply = $4, finished_at = clock_timestamp()
     from held where d.id = $3 and d.state = 'pending' and d.asked_by_user_id is null
     returning d.id)
   select w.id, ${told} from w`,
);

/** Ends a try. No row: it was given up meanwhile. $1 id, $2 attempts, $3 state, $4 reply, $5 milliseconds until the next
 *  try of one that somebody asked for. */
export const endTry = statement<{ id: number }>(
  'end-delivery-try',
  `with w as (
     update email_delivery d set state = $3, reply = $4,
            next_at = case when $3 = 'pending' and asked_by_user_id is not null
                           then clock_timestamp() + $5::float8 * interval '1 ms' end,
            finished_at = case when $3 <> 'pending' then clock_timestamp() end,
            tries = ${withEnd('$3', '$4')}
     where id = $1 and state = 'sending' and attempts = $2
     returning id)
   select w.id, ${told} from w`,
);

export type Origin = { readonly id: number; readonly createdAt: Date };

/** When the first run of a chain was made. $1 run. */
export const findOrigin = statement<Origin>(
  'find-delivery-origin',
  `select id, created_at as "createdAt" from run where id = $1`,
);

export type DeliveryRow = {
  readonly id: number;
  readonly projectId: number;
  readonly recipient: string;
  readonly state: DeliveryState;
};

/** $1 id, $2 organisation. */
export const findDelivery = statement<DeliveryRow>(
  'find-delivery',
  `select id, project_id as "projectId", recipient, state from email_delivery where id = $1 and org_id = $2
   for update`,
);

/** $1 id, $2 organisation. */
export const readMessage = statement<{ projectId: number; message: StoredMessage | null }>(
  'read-delivery-message',
  `select project_id as "projectId", message from email_delivery where id = $1 and org_id = $2`,
);

/** $1 id, $2 who asks. */
export const ask = statement<never>(
  'ask-for-delivery',
  `with w as (
     update email_delivery set state = 'pending', attempts = 0, reply = null, finished_at = null,
            asked_by_user_id = $2, next_at = clock_timestamp()
     where id = $1 and state in ('failed', 'unknown')
     returning id)
   select ${told} from w`,
);

export type Asked = {
  readonly id: number;
  readonly orgId: number;
  readonly projectId: number;
  readonly recipient: string;
  readonly subject: string;
  readonly messageId: string;
  readonly message: StoredMessage | null;
  readonly attempts: number;
};

/** Takes what somebody asked for and is due. $1 how many, $2 the seconds after which it is taken for lost. */
export const takeAsked = statement<Asked>(
  'take-asked-deliveries',
  `with w as (
     update email_delivery d set state = 'sending', attempts = attempts + 1,
            next_at = clock_timestamp() + $2::float8 * interval '1 s', tries = ${withTry}
     where id = any(array(select id from email_delivery
                          where state = 'pending' and asked_by_user_id is not null and next_at <= (select clock_timestamp())
                          order by next_at, id limit $1 for update skip locked))
     returning id, org_id as "orgId", project_id as "projectId", recipient, subject, message_id as "messageId", message,
               attempts)
   select w.*, ${told} from w`,
);

/** Gives up what was begun and never reported, and what waits for a run that has ended. $1 and $2 why. */
export const giveUp = statement<{ id: number }>(
  'give-up-deliveries',
  `with w as (
     update email_delivery d
     set state = case d.state when 'sending' then 'unknown' else 'failed' end,
         reply = case d.state when 'sending' then $1 else coalesce(d.reply, $2) end,
         finished_at = clock_timestamp(), next_at = null,
         tries = case d.state when 'sending' then ${withEnd("'unknown'", '$1')} else d.tries end
     where d.id = any(array(
       select e.id from email_delivery e
       where e.state = 'sending' and e.next_at < clock_timestamp()
          or e.state = 'pending' and e.asked_by_user_id is null
             and (select r.finished_at is not null from run r where r.id = e.run_id)
       order by e.id limit 1000 for update of e skip locked))
     returning d.id)
   select w.id, ${told} from w`,
);
