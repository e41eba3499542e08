import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createOldInstallation } from './ground.ts';

test('a left-over table stops the start with its name, why, and the script', async () => {
  await using old = await createOldInstallation();
  await old.pipelines([{}]);
  await expect(old.upgrade()).rejects.toThrow(
    /public\.pipeline_schedules[\s\S]*Why this stops[\s\S]*prisma\/scripts\/drop_pipeline_schedules\.sql/,
  );
});

test('it is found in honeyframe and in whatever search_path names, and nowhere else', async () => {
  await using old = await createOldInstallation();
  await old.pool.query('create schema tools; create schema attic');
  await old.pipelines([], 'attic');
  await old.upgrade();
  await old.pipelines([], 'tools');
  await old.upgrade();
  const url = new URL(old.url);
  url.searchParams.set('options', '-c search_path=tools,public');
  await expect(old.upgrade(url.href)).rejects.toThrow('tools.pipeline_schedules');
  await old.pipelines([], 'honeyframe');
  await expect(old.upgrade()).rejects.toThrow('honeyframe.pipeline_schedules');
});

test('a view of the old name counts too, and the script says that it keeps no rows', async () => {
  await using old = await createOldInstallation();
  await old.pool.query('create view public.report_schedules as select 1 as id');
  await expect(old.upgrade()).rejects.toThrow('public.report_schedules (a view)');
  await expect(old.runScript()).rejects.toThrow(/is a view or a foreign table/);
});

test('after the script the start succeeds and the pipelines live on', async () => {
  await using old = await createOldInstallation();
  await old.pipelines([
    { cron: '30  2 * * *' },
    { recipe: '7', active: false, timezone: null, cron: '@DAILY' },
    { cron: '*/15 8-18 1,L JAN-MAR FRI-SUN' },
  ]);
  await expect(old.upgrade()).rejects.toThrow('Schema drift');
  await old.runScript();
  expect((await old.scenarios()).map(({ next_due_at: due }) => due)).toEqual([null, null, null]);
  await old.upgrade();

  const [first, second, third] = await old.scenarios();
  expect(first).toMatchObject({
    slug: 'build-orders-mart',
    owner_user_id: old.people.designer.id,
    trigger: { cron: '30 2 * * *', timezone: 'Europe/Berlin' },
    zone: 'Europe/Berlin',
    enabled: true,
    broken: null,
    step_kinds: ['run_recipe'],
    steps: [{ kind: 'run_recipe', name: 'run_recipe', recipe: 'orders_mart' }],
  });
  expect(first.next_due_at.toISOString()).toMatch(/T0[01]:30:00\.000Z$/);
  expect(first.next_due_at.getTime()).toBeGreaterThan(Date.now());
  expect(second).toMatchObject({ enabled: false, next_due_at: null, trigger: { cron: '@daily' } });
  expect(second.idle_since).not.toBeNull();
  expect(third.next_due_at).not.toBeNull();
  expect(third.slug).toBe('build-orders-mart-2');

  const archive = await old.pool.query('select cluster from public.legacy_pipeline_schedules');
  expect(archive.rows).toEqual([{ cluster: 'blue' }, { cluster: 'blue' }, { cluster: 'blue' }]);
  const ledger = await old.pool.query(
    'select source, archive, converted, detail from upgrade_ledger',
  );
  expect(ledger.rows).toMatchObject([
    {
      source: 'pipeline_schedules',
      archive: 'public.legacy_pipeline_schedules',
      converted: 3,
      detail: { timed: true },
    },
  ]);
});

test('names that are taken, in the project or by another row, are counted on', async () => {
  await using old = await createOldInstallation();
  const { org, project, people } = old;
  await old.pool.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, steps)
     select $1, $2, $3, 'build-orders-mart' || n, 'Taken', '[]' from unnest(array['', '-3']) n`,
    [org.id, project.id, people.admin.id],
  );
  await old.pipelines([{}, {}, {}, { recipe: '???' }]);
  await old.runScript();
  expect((await old.scenarios()).map(({ slug }) => slug).slice(2)).toEqual([
    'build-orders-mart-2',
    'build-orders-mart-4',
    'build-orders-mart-5',
    'build',
  ]);
});

test('a thousand pipelines of one recipe all get a slug and a due time', async () => {
  await using old = await createOldInstallation();
  await old.pipelines(Array.from({ length: 1_000 }, () => ({})));
  await old.runScript();
  await old.upgrade();
  const { rows } = await old.pool.query(
    `select count(*)::int as all, count(distinct slug)::int as slugs, count(next_due_at)::int as due from scenario`,
  );
  expect(rows[0]).toEqual({ all: 1_000, slugs: 1_000, due: 1_000 });
});

test('the script a second time finds nothing to do', async () => {
  await using old = await createOldInstallation();
  await old.pipelines([{}]);
  await old.runScript();
  const before = await old.picture();
  await old.runScript();
  expect(await old.picture()).toEqual(before);
});

test('the script refuses rows that it cannot convert, with their ids, and changes nothing', async () => {
  await using old = await createOldInstallation();
  const cases: [Record<string, unknown>, string][] = [
    [{ cron: '61 * * * *' }, 'cron "61 * * * *" has a minute "61" that is out of range'],
    [{ cron: '0 2 * *' }, 'has 4 fields'],
    [{ cron: null }, 'is missing'],
    [{ cron: '0 2 ? * *' }, 'has a day of month "?" that is not understood'],
    [{ timezone: 'Mars/Olympus' }, 'timezone "Mars/Olympus" is unknown'],
    [{ recipe: ' ' }, 'names no recipe'],
    [{ recipe: 'mart_{{ env }}' }, 'recipe "mart_{{ env }}" holds {{'],
    [{ project_id: 4711 }, 'project_id 4711 is no project'],
    [{ owner_user_id: old.people.stranger.id }, 'is no active member'],
    [{ active: null }, 'active null is neither true nor false'],
  ];
  await old.pipelines([{}, ...cases.map(([row]) => row)]);
  const before = await old.picture();
  const refusal = await old.runScript().then(
    () => new Error('it went through'),
    (error: unknown) => error as Error,
  );
  await old.pool.query('rollback');
  expect(refusal.message).toContain('Nothing was changed: 10 rows');
  for (const [index, [, reason]] of cases.entries()) {
    expect(refusal.message).toContain(`row ${index + 2} of public.pipeline_schedules: `);
    expect(refusal.message).toContain(reason);
  }
  expect(await old.picture()).toEqual(before);
});

test('an expression that only our parser can judge becomes a broken scenario, seen by everyone', async () => {
  await using old = await createOldInstallation();
  await old.pipelines([{ cron: '0 0 31 2 *' }]);
  await old.runScript();
  await old.upgrade();
  const [scenario] = await old.scenarios();
  expect(scenario.broken).toMatchObject({ code: 'trigger_config' });
  expect(scenario.broken.message).toContain('never fires');
});

test('reports that come back after they were taken over stop the start, and the script keeps them aside', async () => {
  await using old = await createOldInstallation();
  await old.reports([{}]);
  await old.upgrade();
  await old.reports([{}]);
  await expect(old.upgrade()).rejects.toThrow('public.report_schedules');
  expect(await old.scenarios()).toHaveLength(1);
  await old.runScript();
  await old.upgrade();
  expect(await old.scenarios()).toHaveLength(1);
  const { rows } = await old.pool.query(
    'select archive, converted from upgrade_ledger order by id',
  );
  expect(rows.at(-1)).toEqual({ archive: 'public.legacy_report_schedules_2', converted: 0 });
});

test('the script before the first start leaves the reports to it', async () => {
  await using old = await createOldInstallation();
  await old.reports([{}]);
  await old.pipelines([{}]);
  await old.runScript();
  await old.upgrade();
  const kinds = (await old.scenarios()).flatMap(({ step_kinds: found }) => found);
  expect(new Set(kinds)).toEqual(new Set(['run_recipe', 'send_email_report']));
});

test('a database that was not migrated is told so by the script', async () => {
  await using old = await createOldInstallation('old');
  await old.pipelines([{}]);
  await expect(old.runScript()).rejects.toThrow('was not migrated yet');
});

test('without psql the npm script runs the same file and passes its words on', async () => {
  await using old = await createOldInstallation();
  await old.pipelines([{}]);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['scripts/drop-pipeline-schedules.ts'],
    { env: { ...process.env, DATABASE_URL: old.url } },
  );
  expect(stdout).toContain('1 rows of public.pipeline_schedules are scenarios now');
  await old.upgrade();
});
