/** What people do meanwhile, through the functions that REST and GraphQL call, with a record of what came of it even
 *  when Postgres went away in the middle. */
import { isTransient } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import type { Principal } from '#domain/access/principal.ts';
import { FIRST_LIMIT, persist, type Ground } from '../ground.ts';
import type { Between, Records } from '../history.ts';
import { chaosKinds } from '../kinds.ts';
import { CALENDARS, dayChoices, FIRST_CHOICE } from '../plan/days.ts';
import { organisationActs } from './on-organisation.ts';
import { runActs } from './on-runs.ts';
import { scenarioActs } from './on-scenarios.ts';

export type Operator = ReturnType<typeof createOperator>;

/** What the acts share. */
export type Desk = {
  readonly ground: Ground;
  readonly who: Principal;
  readonly deps: { readonly pool: Ground['pool']; readonly kinds: typeof chaosKinds };
  readonly records: Records;
  /** Notes down an answer that no documentation foresees. */
  surprise(what: string, error: unknown): void;
  /** Does it, and looks into the audit log when it took effect: also when the answer was lost with its connection.
   *  @returns null when it did not. */
  change(target: Target, act: () => Promise<unknown>): Promise<Between | null>;
};

export type Target = {
  readonly action: string;
  readonly id: number;
  /** Refusals that the documentation foresees. */
  readonly expected?: readonly string[];
};

export function createOperator(ground: Ground) {
  const desk = createDesk(ground);
  return {
    records: desk.records,
    ...scenarioActs(desk),
    ...runActs(desk),
    ...organisationActs(desk),
  };
}

function createDesk(ground: Ground): Desk {
  const { pool, orgId, userId } = ground;
  const records = createRecords(ground);

  function surprise(what: string, error: unknown) {
    const code = error instanceof DomainError ? `${error.code} ` : '';
    records.surprises.push(
      `${what}: ${code}${error instanceof Error ? error.message : String(error)}`,
    );
  }

  const who: Principal = {
    userId,
    email: 'chaos@example.com',
    name: 'Chaos',
    orgId,
    defaultProjectId: null,
    orgRole: 'admin',
    projectRoles: new Map(),
    scopes: [],
    tokenId: null,
    address: null,
    mustResetPassword: false,
  };
  return {
    ground,
    who,
    deps: { pool, kinds: chaosKinds },
    records,
    surprise,
    async change({ action, id, expected = [] }, act) {
      const fromMs = Date.now();
      try {
        await act();
      } catch (error) {
        const foreseen = error instanceof DomainError && expected.includes(error.code);
        if (!foreseen && !isTransient(error)) surprise(`${action} ${id}`, error);
      }
      const { rows } = await persist(() =>
        pool.query<{ atMs: number }>(
          `select 1000 * extract(epoch from at)::float8 as "atMs" from audit_log
           where org_id = $1 and user_id = $2 and action = $3 and resource_id = $4
             and at >= to_timestamp($5::float8 / 1000) order by id desc limit 1`,
          [orgId, userId, action, String(id), fromMs],
        ),
      );
      const [done] = rows;
      return done ? { fromMs, untilMs: Math.ceil(done.atMs) } : null;
    },
  };
}

function createRecords({ days, limitedProjectId }: Ground): Records {
  const always = { fromMs: -Infinity, untilMs: -Infinity };
  const choices = dayChoices(days);
  return {
    org: [{ ...always, paused: false, drains: false }],
    limits: [{ ...always, projectId: limitedProjectId, maxRunning: FIRST_LIMIT }],
    calendars: CALENDARS.map((name) => ({ ...always, name, days: choices[FIRST_CHOICE[name]]! })),
    backfills: [],
    retries: [],
    acknowledged: { runs: [], versions: [] },
    surprises: [],
  };
}
