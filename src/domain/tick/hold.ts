/** After a restore from a backup nobody knows which runs and mails went out before: workers that start held neither
 *  tick nor send until they are released. */
import { row, statement, type Queryable } from '#platform/db.ts';

// As text: a Date would cut the microseconds, and a release just before would count.
const now = statement<{ at: string }>('hold-now', `select clock_timestamp()::text as at`);

const released = statement<{ released: boolean }>(
  'hold-released',
  `select coalesce(released_at > $1::timestamptz, false) as released from installation where id = 1`,
);

const setReleased = statement(
  'hold-release',
  `insert into installation (id, released_at) values (1, clock_timestamp())
   on conflict (id) do update set released_at = clock_timestamp()`,
);

export type Hold = {
  /** Whether it still holds; asks the database until it is released, then never again. */
  isHeld(): Promise<boolean>;
};

/** @param held whether this worker starts held (START_HELD=1). A release counts when it comes after the start. */
export function createHold(db: Queryable, held: boolean): Hold {
  let since: string | null = null;
  let holds = held;
  return {
    async isHeld() {
      if (!holds) return false;
      since ??= (await row(db, now))?.at ?? null;
      holds = !((await row(db, released, [since]))?.released ?? false);
      return holds;
    },
  };
}

/** Releases every worker of the installation that was started held. */
export async function releaseHeld(db: Queryable): Promise<void> {
  await row(db, setReleased);
  await db.query("select pg_notify('hf_schedule', ''), pg_notify('hf_queue', '')");
}
