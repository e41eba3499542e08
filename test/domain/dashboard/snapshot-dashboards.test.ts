/** Snapshots and autosaves share one table; these tests hold their promises to each other. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { recordAutosave } from '#domain/dashboard/autosave.ts';
import { parseContent } from '#domain/dashboard/revision.ts';
import { snapshotDashboards, type SnapshotRequest } from '#domain/dashboard/snapshot-dashboards.ts';
import { createPool, transaction, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse } from '#test/support/factories.ts';
import { createDashboard, revisionsOf } from './dashboards.ts';

let database: TestDatabase;
let pool: Pool;
let house: Awaited<ReturnType<typeof createHouse>>;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'test', max: 5, log: createLog('test', 'silent') });
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  house = await createHouse(pool);
});

const request = (given: Partial<SnapshotRequest> = {}): SnapshotRequest => ({
  orgId: house.org.id,
  projectId: house.project.id,
  skipHours: 12,
  maxDashboards: 500,
  changeNote: 'Daily auto-snapshot',
  authorUserId: 0,
  ...given,
});
const dashboard = (cards = 2) => createDashboard(pool, { ...place(), cards });
const place = () => ({ orgId: house.org.id, projectId: house.project.id });
const snapshot = (given?: Partial<SnapshotRequest>) => snapshotDashboards(pool, request(given));
const autosave = (id: number, userId = house.people.designer.id) =>
  transaction(pool, (tx) => recordAutosave(tx, { dashboardId: id, authorUserId: userId }));
const age = (id: number, interval: string) =>
  pool.query(
    'update dashboard_revisions set created_at = created_at - $2::interval where dashboard_id = $1',
    [id, interval],
  );

test('every dashboard of the project gets a revision, others none', async () => {
  const ids = [await dashboard(), await dashboard(0)];
  const elsewhere = await createDashboard(pool, {
    orgId: house.otherOrg.id,
    projectId: house.otherProject.id,
  });

  expect(await snapshot({ changeNote: 'nightly' })).toEqual({
    snapshotted: 2,
    skipped: 0,
    total: 2,
    cut: 0,
    dashboards: ids,
  });
  expect(await revisionsOf(pool, ids[0]!)).toMatchObject([
    { revision: 1, authorUserId: 0, changeNote: 'nightly' },
  ]);
  expect(await revisionsOf(pool, elsewhere)).toEqual([]);
});

test('a project of another organisation has no dashboards', async () => {
  await createDashboard(pool, { orgId: house.otherOrg.id, projectId: house.otherProject.id });

  expect(await snapshot({ projectId: house.otherProject.id })).toMatchObject({ total: 0 });
});

test('a second run within skip_hours writes nothing, a later one writes the next number', async () => {
  const id = await dashboard();
  await snapshot();

  expect(await snapshot()).toMatchObject({ snapshotted: 0, skipped: 1, cut: 0, dashboards: [] });
  await age(id, '11 hours 59 minutes');
  expect(await snapshot()).toMatchObject({ snapshotted: 0, skipped: 1 });
  await age(id, '1 minute 1 second');
  expect(await snapshot()).toMatchObject({ snapshotted: 1, skipped: 0 });
  expect((await revisionsOf(pool, id)).map((each) => each.revision)).toEqual([1, 2]);
});

test('skip_hours takes fractions, and 0 leaves none out', async () => {
  const id = await dashboard();
  await snapshot();
  await age(id, '10 minutes');

  expect(await snapshot({ skipHours: 0.25 })).toMatchObject({ snapshotted: 0 });
  expect(await snapshot({ skipHours: 0.1 })).toMatchObject({ snapshotted: 1 });
  expect(await snapshot({ skipHours: 0 })).toMatchObject({ snapshotted: 1 });
});

test('an autosave counts as a recovery point too', async () => {
  const id = await dashboard();
  await autosave(id);

  expect(await snapshot()).toMatchObject({ snapshotted: 0, skipped: 1 });
});

test('the cap takes those longest without a revision, never-recorded ones first, and says what it cut', async () => {
  const [recent, old, older, never] = [
    await dashboard(),
    await dashboard(),
    await dashboard(),
    await dashboard(),
  ];
  await snapshot();
  await age(recent, '1 hour');
  await age(old, '2 days');
  await age(older, '3 days');
  await pool.query('delete from dashboard_revisions where dashboard_id = $1', [never]);

  expect(await snapshot({ maxDashboards: 2 })).toEqual({
    snapshotted: 2,
    skipped: 1,
    total: 4,
    cut: 1,
    dashboards: [older, never],
  });
  expect(await snapshot({ maxDashboards: 2 })).toMatchObject({ dashboards: [old], cut: 0 });
});

test('of 600 dashboards under the cap of 500 the other 100 come next time, and then none', async () => {
  await pool.query(
    `insert into dashboard (org_id, project_id, title, layout, default_time_filter, version)
     select $1, $2, 'Dashboard ' || n, '{"columns": 12}', null, 1 from generate_series(1, 600) n`,
    [house.org.id, house.project.id],
  );
  const first = await snapshot();
  expect(first).toMatchObject({ snapshotted: 500, cut: 100, total: 600 });
  const next = await snapshot();
  expect(next).toMatchObject({ snapshotted: 100, skipped: 500, cut: 0 });
  expect(new Set([...first.dashboards, ...next.dashboards]).size).toBe(600);
  expect(await snapshot()).toMatchObject({ snapshotted: 0, skipped: 600, cut: 0 });
});

test('a revision holds all that is needed to restore the dashboard', async () => {
  const id = await dashboard(3);
  const whole = async () =>
    (
      await pool.query(
        `select d.title, d.layout, d.default_time_filter, d.version,
                (select jsonb_agg(to_jsonb(c) order by c.id) from dashboard_card c where c.dashboard_id = d.id) as cards
         from dashboard d where d.id = $1`,
        [id],
      )
    ).rows[0];
  const before = await whole();
  await snapshot();
  const content = parseContent((await revisionsOf(pool, id))[0]!.content);

  await pool.query('delete from dashboard_card where dashboard_id = $1', [id]);
  await pool.query(
    `update dashboard set title = 'gone', layout = '{}', default_time_filter = null, version = 9 where id = $1`,
    [id],
  );
  await pool.query(
    `with content as (select $2::jsonb as c), head as (
       update dashboard set title = c->>'title', layout = c->'layout',
         default_time_filter = c->'default_time_filter', version = (c->>'version')::int
       from content where dashboard.id = $1
     )
     insert into dashboard_card
     select (jsonb_populate_record(null::dashboard_card, card || jsonb_build_object('dashboard_id', $1::int))).*
     from content, jsonb_array_elements(c->'cards') card`,
    [id, JSON.stringify(content)],
  );
  expect(await whole()).toEqual(before);
});

test('edits within 30 s share one autosave, which holds the last of them', async () => {
  const id = await dashboard();
  expect(await autosave(id)).toEqual({ revision: 1, isNew: true });
  await pool.query(`update dashboard set title = 'edited' where id = $1`, [id]);
  const other = house.people.admin.id;
  expect(await autosave(id, other)).toEqual({ revision: 1, isNew: false });

  await age(id, '30 seconds');
  expect(await autosave(id)).toEqual({ revision: 2, isNew: true });
  const revisions = await revisionsOf(pool, id);
  expect(revisions[0]).toMatchObject({ authorUserId: other, changeNote: 'Autosave' });
  expect(parseContent(revisions[0]!.content).title).toBe('edited');
});

test('an autosave never changes a snapshot', async () => {
  const id = await dashboard();
  await snapshot();
  await pool.query(`update dashboard set title = 'edited' where id = $1`, [id]);

  expect(await autosave(id)).toEqual({ revision: 2, isNew: true });
  const [first] = await revisionsOf(pool, id);
  expect(parseContent(first!.content).title).not.toBe('edited');
});

test('an autosave of no dashboard is refused', async () => {
  await expect(autosave(2_000_000_000)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('an autosave that a snapshot overtakes takes the next number', async () => {
  const id = await dashboard();
  const { promise: overtaken, resolve } = Promise.withResolvers<void>();
  const snapshotting = transaction(pool, async (tx) => {
    await snapshotDashboards(tx, request());
    resolve();
    await lockWait(pool);
  });
  await overtaken;

  expect(await autosave(id)).toEqual({ revision: 2, isNew: true });
  await snapshotting;
});

test('a snapshot that an autosave overtakes leaves that dashboard out', async () => {
  const [edited, other] = [await dashboard(), await dashboard()];
  const { promise: overtaken, resolve } = Promise.withResolvers<void>();
  const saving = transaction(pool, async (tx) => {
    const authorUserId = house.people.designer.id;
    await recordAutosave(tx, { dashboardId: edited, authorUserId });
    resolve();
    await lockWait(pool);
  });
  await overtaken;

  expect(await snapshot()).toMatchObject({ snapshotted: 1, skipped: 1, dashboards: [other] });
  await saving;
  expect(await revisionsOf(pool, edited)).toMatchObject([{ changeNote: 'Autosave' }]);
});

test('a snapshot goes by ids, so whoever saves in that order never meets it in a circle', async () => {
  const ids = [await dashboard(), await dashboard(), await dashboard()];
  const authorUserId = house.people.designer.id;
  let snapshotting: ReturnType<typeof snapshot> | undefined;
  await transaction(pool, async (tx) => {
    for (const dashboardId of ids) {
      await recordAutosave(tx, { dashboardId, authorUserId });
      snapshotting ??= snapshot();
      await lockWait(pool);
    }
  });

  expect(await snapshotting).toMatchObject({ snapshotted: 0, skipped: 3 });
});

test('snapshots and autosaves of the same dashboards at once number without gaps or failures', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, () => dashboard(1)));
  await Promise.all([
    ...Array.from({ length: 6 }, () => snapshot({ skipHours: 0 })),
    ...ids.flatMap((id) => [autosave(id), autosave(id)]),
  ]);

  for (const id of ids) {
    const numbers = (await revisionsOf(pool, id)).map((each) => each.revision);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(numbers.length).toBeGreaterThan(1);
  }
});

/** Resolves once some session of this database waits for another's transaction. */
async function lockWait(db: Pool): Promise<void> {
  for (;;) {
    const { rows } = await db.query(
      `select 1 from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'transactionid'`,
    );
    if (rows.length > 0) return;
  }
}
