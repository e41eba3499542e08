/** Settings of projects and of the organisation: above all, that another zone loses no due time and doubles none. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allowsRecipient, getSettings, updateOrganisation } from '#domain/org/settings.ts';
import { updateProject } from '#domain/project/settings.ts';
import { deleteProject, projectDependants } from '#domain/project/settings-delete.ts';
import { tickOnce } from '#domain/tick/decide-due.ts';
import type { Principal } from '#domain/access/principal.ts';
import { createProject, createRun, createUser, principalOf } from '#test/support/factories.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

const HOUR = 3_600_000;
// On the hour in UTC, half past it there.
const KOLKATA = 'Asia/Kolkata';

let world: World;
let admin: Principal;
beforeEach(async () => {
  world = await createWorld();
  admin = await principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });
});
afterEach(() => world[Symbol.asyncDispose]());

const update = (change: Parameters<typeof updateProject>[3], who = admin) =>
  updateProject(world.pool, who, world.project.id, change);
/** The start of the hour, so many hours ago. */
const hour = (ago: number) => new Date(Math.floor(Date.now() / HOUR - ago) * HOUR);

/** Hourly, with the last `behind` due times not decided. */
const hourly = (behind: number, more: object = {}) =>
  world.scenario({
    trigger: { cron: '0 * * * *' },
    policies: { catchup: 'all', overlap: 'buffer_all' },
    createdAt: hour(behind + 1),
    nextDueAt: hour(behind - 1),
    ...more,
  });

async function scenario(id: number) {
  const { rows } = await world.pool.query('select * from scenario where id = $1', [id]);
  return rows[0];
}

/** Every due time that has been decided, spans counted in full. */
async function decided(id: number): Promise<{ times: number; last: Date; runs: number }> {
  const { rows } = await world.pool.query(
    `select coalesce(sum(count), 0)::int as times, max(coalesce(until_at, due_at)) as last, count(run_id)::int as runs
       from tick where scenario_id = $1`,
    [id],
  );
  return rows[0];
}

/** The first instant of this minute of the hour to come. */
function nextAt(minute: number): Date {
  const at = hour(0).getTime() + minute * 60_000;
  return new Date(at > Date.now() ? at : at + HOUR);
}

test('another zone: what was due is decided under the old one, what is due follows the new one', async () => {
  const { id } = await hourly(3);
  await update({ timezone: KOLKATA });
  expect(await decided(id)).toEqual({ times: 3, last: hour(0), runs: 3 });
  expect(await scenario(id)).toMatchObject({ zone: KOLKATA, next_due_at: nextAt(30), version: 1 });
  await tickOnce(world.pool, world.log);
  expect(await countRows(world.pool, 'tick')).toBe(3);
  await update({ timezone: null });
  expect(await scenario(id)).toMatchObject({ zone: 'UTC', next_due_at: nextAt(0) });
  expect(await countRows(world.pool, 'tick')).toBe(3);
});

test('tickers that are at it in the same moment double nothing and lose nothing', async () => {
  const ids = [];
  for (let i = 0; i < 10; i += 1) ids.push((await hourly(3)).id);
  const tick = () => tickOnce(world.pool, world.log);
  await Promise.all([tick(), update({ timezone: KOLKATA }), tick(), tick()]);
  await tick();
  for (const id of ids) {
    expect(await decided(id)).toEqual({ times: 3, last: hour(0), runs: 3 });
    expect(await scenario(id)).toMatchObject({ zone: KOLKATA, next_due_at: nextAt(30) });
  }
});

test('a zone of its own, a project’s zone and another project are left alone', async () => {
  const own = await hourly(0, { trigger: { cron: '0 * * * *', timezone: 'UTC' } });
  const there = await createProject(world.pool, {
    orgId: world.org.id,
    ownerUserId: world.owner.id,
  });
  const elsewhere = await hourly(0, { projectId: there.id });
  await update({ timezone: KOLKATA });
  for (const { id } of [own, elsewhere]) {
    expect(await scenario(id)).toMatchObject({ zone: 'UTC', next_due_at: hour(-1) });
  }
  await updateOrganisation(world.pool, admin, { timezone: 'Asia/Kathmandu' });
  expect(await scenario(own.id)).toMatchObject({ zone: 'UTC' });
  expect(await scenario(elsewhere.id)).toMatchObject({
    zone: 'Asia/Kathmandu',
    next_due_at: nextAt(15),
  });
  const here = await hourly(0, { zone: KOLKATA });
  await updateOrganisation(world.pool, admin, { timezone: 'UTC' });
  expect(await scenario(here.id)).toMatchObject({ zone: KOLKATA });
  expect(await scenario(elsewhere.id)).toMatchObject({ zone: 'UTC', next_due_at: nextAt(0) });
});

test('a paused one has its pause recorded under the old zone, and stays paused', async () => {
  const { id } = await hourly(0, { pausedAt: hour(3), nextDueAt: undefined });
  await world.pool.query(
    'update scenario set idle_since = paused_at, next_due_at = null where id = $1',
    [id],
  );
  await update({ timezone: KOLKATA });
  const { rows } = await world.pool.query('select outcome, count, until_at from tick');
  expect(rows).toEqual([{ outcome: 'paused', count: 3, until_at: hour(0) }]);
  expect(await scenario(id)).toMatchObject({ zone: KOLKATA, next_due_at: null });
});

test('a broken one takes the zone and ticks no more than before', async () => {
  const { id } = await hourly(0);
  const broken = { code: 'trigger_config', message: 'x', config: null };
  await world.pool.query('update scenario set broken = $2, next_due_at = null where id = $1', [
    id,
    JSON.stringify(broken),
  ]);
  await update({ timezone: KOLKATA });
  expect(await scenario(id)).toMatchObject({ zone: KOLKATA, next_due_at: null, broken });
});

test('a manual one and an interval keep their due times', async () => {
  const manual = await world.scenario({ trigger: null });
  const interval = await world.scenario({
    trigger: { interval: '1h', anchor: '2026-01-01T00:00:00Z' },
    nextDueAt: hour(-1),
  });
  await update({ timezone: KOLKATA });
  expect(await scenario(manual.id)).toMatchObject({ zone: KOLKATA, next_due_at: null });
  expect(await scenario(interval.id)).toMatchObject({ zone: KOLKATA, next_due_at: hour(-1) });
});

test('what is wrong with a project’s settings is told all at once; zones are spelt properly', async () => {
  await expect(
    update({
      name: ' ',
      timezone: 'Mars/Base',
      ownerUserId: 999_999,
      maxRunning: 0,
      dbtFolder: '../up',
    }),
  ).rejects.toMatchObject({
    problems: [
      { path: ['name'] },
      { path: ['timezone'] },
      { path: ['maxRunning'] },
      { path: ['dbtFolder'] },
      { path: ['ownerUserId'] },
    ],
  });
  await update({ timezone: 'asia/kolkata', maxRunning: 7 });
  const { rows } = await world.pool.query('select timezone, max_running from project');
  expect(rows[0]).toEqual({ timezone: KOLKATA, max_running: 7 });
});

test('a designer names a project; owner and limit are an administrator’s', async () => {
  const user = await createUser(world.pool, { orgId: world.org.id, role: 'designer' });
  const designer = await principalOf(world.pool, { orgId: world.org.id, userId: user.id });
  await update({ name: 'Sales' }, designer);
  for (const change of [{ maxRunning: null }, { dbtFolder: null }, { ownerUserId: user.id }]) {
    await expect(update(change, designer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  }
});

test('every change of settings is audited with before and after', async () => {
  await update({ name: 'Sales', timezone: KOLKATA });
  await updateOrganisation(world.pool, admin, { name: 'Acme', eventRetentionDays: 7 });
  const { rows } = await world.pool.query(
    'select action, before, after from audit_log order by id',
  );
  expect(rows).toMatchObject([
    {
      action: 'project.update',
      before: { name: world.project.slug, timezone: null },
      after: { name: 'Sales', timezone: KOLKATA },
    },
    {
      action: 'org.update',
      before: { eventRetentionDays: 30, runRetentionDays: 365 },
      after: { name: 'Acme', eventRetentionDays: 7, runRetentionDays: 365 },
    },
  ]);
});

test('an organisation’s settings have defaults, and keep what is not named', async () => {
  expect(await getSettings(world.pool, world.org.id)).toEqual({
    allowedRecipientDomains: [],
    runRetentionDays: 365,
    eventRetentionDays: 30,
  });
  const allowedRecipientDomains = [' @Example.com', 'example.com', 'sub.example.org'];
  await updateOrganisation(world.pool, admin, { allowedRecipientDomains });
  await updateOrganisation(world.pool, admin, { runRetentionDays: 90 });
  const settings = await getSettings(world.pool, world.org.id);
  expect(settings).toEqual({
    allowedRecipientDomains: ['example.com', 'sub.example.org'],
    runRetentionDays: 90,
    eventRetentionDays: 30,
  });
  expect(allowsRecipient(settings, 'ada@EXAMPLE.com')).toBe(true);
  expect(allowsRecipient(settings, 'ada@example.com.evil.net')).toBe(false);
  expect(allowsRecipient({ ...settings, allowedRecipientDomains: [] }, 'a@b.c')).toBe(true);
});

test('what is wrong with an organisation’s settings is told all at once', async () => {
  const change = {
    name: '',
    timezone: '+07:00',
    allowedRecipientDomains: ['example.com', 'no domain'],
    runRetentionDays: 0,
    eventRetentionDays: 4000,
  };
  await expect(updateOrganisation(world.pool, admin, change)).rejects.toMatchObject({
    problems: [
      { path: ['name'] },
      { path: ['timezone'] },
      { path: ['allowedRecipientDomains', 1] },
      { path: ['runRetentionDays'] },
      { path: ['eventRetentionDays'] },
    ],
  });
});

test('what goes with a project is told before it goes, and then it goes whole', async () => {
  const { pool, place, project } = world;
  const { id } = await hourly(0);
  await createRun(pool, { ...place, scenarioId: id, steps: [{ kind: 'probe' }] });
  const active = await createRun(pool, { ...place, scenarioId: id, state: 'running' });
  await pool.query(`insert into run_event select id, 1, 'log', clock_timestamp(), '{}' from run`);
  await pool.query(`create table "${project.warehouseSchema}".orders (id int)`);
  await pool.query('update user_org set default_project_id = $1', [project.id]);
  expect(await projectDependants(pool, admin, project.id)).toEqual([
    { kind: 'scenario', count: 1, names: [(await scenario(id)).slug] },
    { kind: 'table', count: 1, names: ['orders'] },
    { kind: 'run', count: 2, names: [] },
  ]);
  const go = (slug: string) => deleteProject(pool, admin, project.id, slug);
  await expect(go('other')).rejects.toMatchObject({ problems: [{ path: ['confirmSlug'] }] });
  await expect(go(project.slug)).rejects.toMatchObject({
    code: 'CONFLICT',
    facts: { activeRuns: 1 },
  });
  expect(await scenario(id)).toMatchObject({ deleted_at: null, next_due_at: hour(-1) });
  await pool.query(`update run set state = 'cancelled', finished_at = now() where id = $1`, [
    active.id,
  ]);
  await go(project.slug);
  for (const table of ['project', 'scenario', 'run', 'run_event', 'step_run', 'tick']) {
    expect([table, await countRows(pool, table)]).toEqual([table, 0]);
  }
  const left = await pool.query('select from pg_namespace where nspname = $1', [
    project.warehouseSchema,
  ]);
  expect(left.rowCount).toBe(0);
  const { rows } = await pool.query(
    `select a.before, m.default_project_id as "default" from audit_log a, user_org m where a.action = 'project.delete'`,
  );
  expect(rows[0]).toMatchObject({
    before: {
      slug: project.slug,
      dependants: expect.arrayContaining([expect.objectContaining({ kind: 'table', count: 1 })]),
    },
    default: null,
  });
  await expect(go(project.slug)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
