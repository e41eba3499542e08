import pg from 'pg';
import { expect, test } from 'vitest';
import { checkReports } from '#domain/upgrade/check-reports.ts';
import { convertReports } from '#domain/upgrade/convert-reports.ts';
import { pendingMigrations } from '#platform/migrate.ts';
import { createOldInstallation, log } from './ground.ts';
import { upgrade } from '#domain/upgrade/upgrade.ts';

test('an old report becomes a scenario that means the same, and its table an archive with every column', async () => {
  await using old = await createOldInstallation('old');
  await old.reports([
    {
      name: 'Leadership digest',
      dashboard_ids: old.dashboards.slice(0, 2),
      recipients: ['a@example.com', 'b@example.com'],
      time_filter: 'last_week',
      cron: '0  7 * *  MON',
      timezone: 'asia/jakarta',
    },
    { active: false, timezone: null, format: 'html', time_filter: { from: '2026-01-01' } },
  ]);
  await old.pool.query(
    `alter table public.report_schedules add foreign key (project_id) references project (id),
       add foreign key (owner_user_id) references "user" (id)`,
  );
  const before = Date.now();
  await old.upgrade();
  expect(await pendingMigrations(old.pool)).toEqual([]);

  const [first, second] = await old.scenarios();
  expect(first).toMatchObject({
    project_id: old.project.id,
    owner_user_id: old.people.designer.id,
    slug: 'leadership-digest',
    name: 'Leadership digest',
    trigger: { cron: '0 7 * * MON', timezone: 'Asia/Jakarta' },
    zone: 'Asia/Jakarta',
    enabled: true,
    step_kinds: ['send_email_report'],
    version: 1,
    steps: [
      {
        kind: 'send_email_report',
        name: 'send_email_report',
        dashboard_ids: old.dashboards.slice(0, 2),
        recipients: ['a@example.com', 'b@example.com'],
        format: 'pdf',
        time_filter: 'last_week',
      },
    ],
  });
  // What passed is not caught up: due next Monday at 00:00 UTC, though it last ran in January.
  expect(first.description).toContain('2026-01-05');
  expect(first.next_due_at.getTime()).toBeGreaterThan(before);
  expect(first.next_due_at.toISOString()).toMatch(/T00:00:00\.000Z$/);
  expect(second).toMatchObject({
    enabled: false,
    next_due_at: null,
    zone: 'UTC',
    trigger: { cron: '0 7 * * 1' },
  });
  expect(second.idle_since).not.toBeNull();
  expect(second.steps[0].time_filter).toEqual({ from: '2026-01-01' });

  const archive = await old.pool.query(
    'select mail_footer, last_run_at from public.legacy_report_schedules',
  );
  expect(archive.rows[0]).toMatchObject({ mail_footer: 'kind regards' });
  expect(archive.rowCount).toBe(2);
  const ledger = await old.pool.query('select * from upgrade_ledger');
  expect(ledger.rows).toMatchObject([
    {
      source: 'report_schedules',
      archive: 'public.legacy_report_schedules',
      converted: 2,
      detail: { schema: 'public', rows: [{ id: 1, scenario_id: first.id }, { id: 2 }] },
    },
  ]);
  expect(ledger.rows[0].detail.rows[0].last_run_at).toMatch(/^2026-01-05T00:00:00/);
  const versions = await old.pool.query('select config, author_user_id from scenario_version');
  expect(versions.rows[0]).toMatchObject({
    author_user_id: 0,
    config: { slug: 'leadership-digest', enabled: true, ownerUserId: old.people.designer.id },
  });
  const audit = await old.pool.query('select user_id, action, resource_id from audit_log');
  expect(audit.rows).toContainEqual({
    user_id: 0,
    action: 'scenario.create',
    resource_id: String(first.id),
  });

  // The next start finds nothing to do.
  await old.upgrade();
  expect(await old.scenarios()).toHaveLength(2);
});

test('one bad row stops the start with its id and every reason, and nothing is changed, no migration either', async () => {
  await using old = await createOldInstallation('old');
  await old.reports([
    {},
    {
      id: 17,
      project_id: 4711,
      owner_user_id: old.people.stranger.id,
      cron: '61 7 * * *',
      timezone: 'Asia/Jakrata',
      recipients: ['boss@example.com', 'nobody'],
      dashboard_ids: [999_999],
      format: 'docx',
    },
  ]);
  const before = await old.picture();
  const refusal = await old.upgrade().catch((error: unknown) => error as Error);
  expect(refusal).toMatchObject({ name: 'UpgradeRefused' });
  const { message } = refusal as Error;
  expect(message).toContain('1 of 2 rows of public.report_schedules cannot become scenarios');
  for (const part of [
    'row 17: project_id 4711 is no project',
    'cron "61 7 * * *": minute "61" is out of range',
    'did you mean "Asia/Jakarta"?',
    'recipients ["boss@example.com","nobody"] holds what is no address: nobody',
    'names what is no dashboard of the project: 999999',
    'format "docx" is neither pdf nor html',
  ]) {
    expect(message).toContain(part);
  }
  expect(await old.picture()).toEqual(before);
  expect((await pendingMigrations(old.pool)).length).toBeGreaterThan(0);

  await old.pool.query('delete from public.report_schedules where id = 17');
  await old.upgrade();
  expect(await old.scenarios()).toHaveLength(1);
});

test('each thing that a row may have wrong is told', async () => {
  await using old = await createOldInstallation();
  const { people, dashboards } = old;
  await old.pool.query('update "user" set deactivated_at = now() where id = $1', [
    people.analyst.id,
  ]);
  const cases: [Record<string, unknown>, string][] = [
    [{ owner_user_id: 424_242 }, 'owner_user_id 424242 is no user'],
    [{ owner_user_id: people.stranger.id }, 'but no member of the project’s organisation'],
    [{ owner_user_id: people.analyst.id }, 'is a user who is deactivated'],
    [{ owner_user_id: null }, 'owner_user_id null is no user'],
    [{ project_id: null }, 'project_id null is no project'],
    [{ project_id: old.otherProject.id }, 'names what is no dashboard of the project'],
    [{ dashboard_ids: [] }, 'dashboard_ids [] is no list of dashboards'],
    [{ dashboard_ids: [dashboards[0], null] }, 'is no list of dashboards'],
    [{ recipients: [] }, 'recipients [] is no list of addresses'],
    [{ recipients: null }, 'recipients null is no list of addresses'],
    [{ cron: null }, 'cron "": has 0 fields'],
    [{ timezone: '+07:00' }, 'is an offset'],
    [{ format: null }, 'format null is neither pdf nor html'],
    [{ active: null }, 'active null is neither true nor false'],
  ];
  await old.reports(cases.map(([row]) => row));
  const { message } = await old.upgrade().then(
    () => new Error('it went through'),
    (error: unknown) => error as Error,
  );
  for (const [index, [, reason]] of cases.entries()) {
    expect(message).toMatch(new RegExp(`row ${index + 1}: .*`));
    expect(message).toContain(reason);
  }
});

test('of many bad rows twenty are listed and the rest counted', async () => {
  await using old = await createOldInstallation();
  await old.reports(Array.from({ length: 50 }, () => ({ format: 'docx' })));
  await expect(old.upgrade()).rejects.toThrow(/50 of 50 rows[\s\S]*row 20: [\s\S]*and 30 more/);
});

test('a table that lacks a column is refused by its rows; an empty one is only archived', async () => {
  await using old = await createOldInstallation();
  await old.pool.query('create table public.report_schedules (id int, note text)');
  await old.pool.query(`insert into public.report_schedules values (5, 'x')`);
  await expect(old.upgrade()).rejects.toThrow(/row 5: project_id null is no project/);
  await old.pool.query('truncate public.report_schedules');
  await old.upgrade();
  const { rows } = await old.pool.query(
    `select to_regclass('public.legacy_report_schedules') as t`,
  );
  expect(rows[0].t).not.toBeNull();
});

test('a database that was never ours is told what is missing, and stays as it was', async () => {
  await using old = await createOldInstallation();
  const other = new URL(old.url);
  other.pathname = `${other.pathname}_bare`;
  const name = other.pathname.slice(1);
  await old.pool.query(`create database ${name} template template0`);
  const client = new pg.Client({ connectionString: other.href });
  await client.connect();
  try {
    await client.query('create table report_schedules (id int, project_id int)');
    await client.query('insert into report_schedules values (1, 1)');
    await expect(upgrade(other.href, log)).rejects.toThrow(/row 1: project_id 1 is no project/);
    const { rows } = await client.query(`select to_regnamespace('honeyframe') as ours`);
    expect(rows[0].ours).toBeNull();
  } finally {
    await client.end();
    await old.pool.query(`drop database ${name} with (force)`);
  }
});

test('names that repeat or are taken get slugs of their own, and a table in each schema is taken over', async () => {
  await using old = await createOldInstallation();
  await old.reports([
    { name: 'Digest' },
    { name: 'Digest' },
    { name: '  ' },
    { name: 'x'.repeat(500) },
  ]);
  await old.reports([{ name: 'Digest' }], 'honeyframe');
  await old.upgrade();
  const scenarios = await old.scenarios();
  expect(scenarios.map(({ slug }) => slug.slice(0, 20))).toEqual([
    'digest',
    'digest-2',
    'digest-3',
    'report-3',
    'x'.repeat(20),
  ]);
  expect(scenarios.at(-1).name).toHaveLength(200);
  const { rows } = await old.pool.query('select archive from upgrade_ledger order by id');
  expect(rows.map(({ archive }) => archive)).toEqual([
    'honeyframe.legacy_report_schedules',
    'public.legacy_report_schedules',
  ]);
});

test('an archive of an earlier try is not written over', async () => {
  await using old = await createOldInstallation();
  await old.pool.query('create table public.legacy_report_schedules (kept text)');
  await old.reports([{}]);
  await old.upgrade();
  const { rows } = await old.pool.query('select archive from upgrade_ledger');
  expect(rows).toEqual([{ archive: 'public.legacy_report_schedules_2' }]);
});

test('5,000 old reports become scenarios in a dozen statements', async () => {
  await using old = await createOldInstallation('old');
  await old.reports(
    Array.from({ length: 5_000 }, (_, n) => ({
      name: n % 2 === 0 ? `Digest ${n}` : 'The same name',
      cron: `${n % 60} ${n % 24} * * *`,
    })),
  );
  const beganMs = performance.now();
  await old.upgrade();
  const ms = Math.round(performance.now() - beganMs);
  console.log(`5,000 old reports and the pending migrations: ${ms} ms`);
  const { rows } = await old.pool.query(
    `select count(*)::int as all, count(distinct slug)::int as slugs, count(next_due_at)::int as due from scenario`,
  );
  expect(rows[0]).toEqual({ all: 5_000, slugs: 5_000, due: 5_000 });
  expect(ms).toBeLessThan(30_000);

  // Counted on the parts, since the whole opens connections of its own.
  await old.pool.query('alter table public.legacy_report_schedules rename to report_schedules');
  const client = await old.pool.connect();
  let statements = 0;
  const counting = {
    query: (...given: unknown[]) => {
      statements += 1;
      return (client.query as (...all: unknown[]) => unknown)(...given);
    },
  } as unknown as typeof client;
  try {
    const table = { schema: 'public', name: 'report_schedules', isTable: true } as const;
    const [checked] = await checkReports(counting, [table], true);
    await convertReports(counting, checked!);
  } finally {
    client.release();
  }
  expect(statements).toBeLessThanOrEqual(12);
});

test('two processes that start at once take the reports over once', async () => {
  await using old = await createOldInstallation('old');
  await old.reports(Array.from({ length: 100 }, () => ({})));
  await Promise.all([old.upgrade(), old.upgrade(), old.upgrade()]);
  expect(await old.scenarios()).toHaveLength(100);
  const { rows } = await old.pool.query('select source, converted from upgrade_ledger');
  expect(rows).toEqual([{ source: 'report_schedules', converted: 100 }]);
});

test('rows of two old tables that cannot be taken over are told at once', async () => {
  await using old = await createOldInstallation('old');
  await old.reports([{ id: 3, cron: 'at dawn' }]);
  await old.reports([{ id: 4, format: 'docx' }, { id: 5 }], 'honeyframe');
  const told = await old.upgrade().then(
    () => '',
    (error: Error) => error.message,
  );
  expect(told).toMatch(/1 of 1 rows of public\.report_schedules[^]*row 3: cron/);
  expect(told).toMatch(/1 of 2 rows of honeyframe\.report_schedules[^]*row 4: format/);
});
