/** Statements about notifications. A row that is being sent is fenced by its number of attempts: whoever took it
 *  before and was given up can write nothing more. */
import { statement } from '#platform/db.ts';
import type { NotificationChannel, NotificationPayload } from './notification.ts';

/** Told once: the same thing about the same run to the same target is no second row. $1 organisations, $2 projects,
 *  $3 scenarios, $4 runs, $5 kinds, $6 channels, $7 targets, $8 payloads. */
export const insertNotifications = statement<never>(
  'insert-notifications',
  `insert into notification (org_id, project_id, scenario_id, run_id, kind, channel, target, payload, next_at, created_at)
   select n.*, clock_timestamp(), clock_timestamp()
   from unnest($1::int[], $2::int[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::jsonb[]) n
   on conflict (scenario_id, run_id, kind, channel, target) do nothing`,
);

export type Taken = {
  readonly id: number;
  readonly orgId: number;
  readonly projectId: number;
  readonly channel: NotificationChannel;
  readonly target: string;
  readonly payload: NotificationPayload;
  /** Tries, this one included: the fence. */
  readonly attempts: number;
  readonly createdAt: Date;
};

/** Takes what may be sent now, oldest first, and says so before anything is sent. $1 how many, $2 the seconds after
 *  which it is taken for lost. */
export const takePending = statement<Taken>(
  'take-notifications',
  `update notification set state = 'sending', attempts = attempts + 1,
          next_at = clock_timestamp() + $2::float8 * interval '1 s'
   where id = any(array(select id from notification where state = 'pending' and next_at <= (select clock_timestamp())
                        order by next_at, id limit $1 for update skip locked))
   returning id, org_id as "orgId", project_id as "projectId", channel, target, payload, attempts,
             created_at as "createdAt"`,
);

/** Ends a try. $1 id, $2 attempts, $3 state, $4 reply, $5 milliseconds until the next try of a pending one. */
export const endTry = statement<never>(
  'end-notification-try',
  `update notification set state = $3, reply = $4,
          next_at = clock_timestamp() + $5::float8 * interval '1 ms',
          finished_at = case when $3 <> 'pending' then clock_timestamp() end
   where id = $1 and state = 'sending' and attempts = $2`,
);

/** Gives up what a worker began to send and never came back from. $1 why. */
export const markLost = statement<{ id: number }>(
  'mark-notifications-lost',
  `update notification set state = 'unknown', reply = $1, finished_at = clock_timestamp()
   where id = any(array(select id from notification where state = 'sending' and next_at < clock_timestamp()
                        order by id limit 1000 for update skip locked))
   returning id`,
);

/** Milliseconds until the next pending one may be sent; no row when none is pending. */
export const msUntilNext = statement<{ ms: number }>(
  'ms-until-notification',
  `select greatest(0, extract(epoch from next_at - clock_timestamp()) * 1000)::float8 as ms from notification
   where state = 'pending' order by next_at limit 1`,
);

/** The mail connector that a project's mail goes through: its own, else the organisation's. $1 organisation,
 *  $2 project. */
export const findMailConnector = statement<{ id: number }>(
  'find-mail-connector',
  `select id from connector where org_id = $1 and type = 'smtp' and (project_id = $2 or project_id is null)
   order by project_id nulls last, id limit 1`,
);

/** Whether an address is that of a member who has been deactivated. $1 organisation, $2 address. */
export const findDeactivated = statement<{ id: number }>(
  'find-deactivated-address',
  `select u.id from "user" u join user_org m on m.user_id = u.id
   where m.org_id = $1 and lower(u.email) = lower($2) and u.deactivated_at is not null limit 1`,
);
