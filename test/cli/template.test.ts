/** template list, apply, enable and disable against a real API. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createProject } from '#test/support/factories.ts';
import { createTestFolder } from '#test/support/folder.ts';
import { createCliGround, type CliGround } from './ground.ts';

let ground: CliGround;
let folder: Awaited<ReturnType<typeof createTestFolder>>;
beforeAll(async () => {
  ground = await createCliGround();
  const { org, people, pool } = ground;
  await createProject(pool, { orgId: org.id, ownerUserId: people.admin.id, slug: 'sales' });
});
afterAll(() => ground[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await createTestFolder();
  await ground.pool.query('delete from template_enablement');
  await ground.pool.query(
    'update template set deleted_at = clock_timestamp() where deleted_at is null',
  );
  await ground.pool.query(
    'update scenario set deleted_at = clock_timestamp() where deleted_at is null',
  );
  return () => folder[Symbol.asyncDispose]();
});

const hf = (words: string | readonly string[], person: 'admin' | 'designer' | null = 'admin') =>
  ground.hf(words, { person });
const write = async (name: string, text: string) => {
  const file = join(folder.path, name);
  await writeFile(file, text);
  return file;
};
const SNAPSHOT = `slug: snapshot
display_name: Snapshot
parameters:
  - { name: hours, type: integer, default: 12 }
  - { name: at, type: cron }
trigger: { cron: "{{ param.at }}" }
steps:
  - kind: snapshot_dashboards
    name: snapshot
    skip_hours: "{{ param.hours }}"
`;
const apply = async (text = SNAPSHOT, ...more: string[]) =>
  hf(['template', 'apply', await write('t.yaml', text), ...more]);
const stored = async () =>
  (
    await ground.pool.query(
      'select slug, version, display_name as name from template where deleted_at is null order by slug',
    )
  ).rows;

describe('template apply', () => {
  test('makes a template, changes it, and the second time changes nothing', async () => {
    const dry = await apply(SNAPSHOT, '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([
      0,
      '+ snapshot  new\n1 created, 0 changed, 0 unchanged (nothing is written)\n',
    ]);
    expect(await stored()).toEqual([]);

    const made = await apply();
    expect([made.code, made.stdout]).toEqual([
      0,
      '+ snapshot  new\n1 created, 0 changed, 0 unchanged\n',
    ]);
    expect((await apply()).stdout).toBe(
      '= snapshot  unchanged\n0 created, 0 changed, 1 unchanged\n',
    );
    await hf('template enable snapshot sales --value at=@daily');

    const changed = await apply(
      SNAPSHOT.replace('default: 12', 'default: 6').replace('Snapshot', 'Daily'),
    );
    expect(changed.code).toBe(0);
    expect(changed.stdout).toContain('~ snapshot  changed, with 1 project\n');
    expect(changed.stdout).toContain('    display_name\n      - Snapshot\n      + Daily\n');
    expect(changed.stdout).toContain('0 created, 1 changed, 0 unchanged\n');
    expect(await stored()).toEqual([{ slug: 'snapshot', version: 2, name: 'Daily' }]);
  });

  test('the template is a whole one: what the file leaves out has its default', async () => {
    await apply(`${SNAPSHOT}description: old\ndefault_enabled: true\noverlap: buffer_one\n`);
    const { json } = await apply(SNAPSHOT, '--json');
    expect(json).toMatchObject({
      applied: true,
      templates: [{ slug: 'snapshot', result: 'changed', projects: 0, broken: [] }],
    });
    expect(json.templates[0].changes.map(({ at }: { at: string }) => at).sort()).toEqual([
      'default_enabled',
      'description',
      'policies.overlap',
    ]);
  });

  test('problems are told with their line, and then nothing is written', async () => {
    const good = await write('a.yaml', SNAPSHOT);
    const bad = await write(
      'b.yaml',
      SNAPSHOT.replace('slug: snapshot', 'slug: other').replace('param.hours', 'param.hour'),
    );
    const { code, stderr, stdout } = await hf(['template', 'apply', folder.path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${bad}:10:17  steps[0].skip_hours: `);
    expect(stderr).toContain('did you mean "hours"?');
    expect(stderr).toMatch(/1 problem in 1 file\nNothing was written\.\n$/);
    expect(await stored()).toEqual([]);
    const { json } = await hf(['template', 'apply', good, bad, '--json']);
    expect(json).toMatchObject({ applied: false, problems: [{ file: bad, line: 10 }] });
    const twice = await hf(['template', 'apply', good, await write('c.yaml', SNAPSHOT)]);
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('choose another slug')]);
    const empty = await hf(['template', 'apply', await write('d.yaml', '')]);
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('holds no template')]);
  });

  test('a project that the edit breaks is told before and after, and the exit code says so', async () => {
    await apply();
    await hf('template enable snapshot sales --value at=@daily');
    const edit = SNAPSHOT.replace('type: integer, default: 12', 'type: integer');
    const dry = await apply(edit, '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([
      1,
      expect.stringContaining('! sales  left as it is:\n'),
    ]);
    const real = await apply(edit);
    expect(real.code).toBe(1);
    expect(real.stdout).toMatch(/! sales {2}left as it was:\n +values\.hours: /);
    expect(await stored()).toMatchObject([{ version: 2 }]);
    const { json } = await apply(edit, '--json');
    expect(json.templates[0]).toMatchObject({ result: 'unchanged', broken: [] });
  });

  test('without the right to, it is refused with 3, before anything is read', async () => {
    const file = await write('t.yaml', SNAPSHOT);
    const { code, stderr } = await hf(['template', 'apply', file], 'designer');
    expect([code, stderr]).toEqual([3, expect.stringContaining('org.admin')]);
    expect((await hf(['template', 'apply', file], null)).code).toBe(3);
  });
});

describe('template enable and disable', () => {
  beforeEach(async () => {
    await apply();
  });

  test('switches in the projects that are named, by slug or number, or in all', async () => {
    const one = await hf(['template', 'enable', 'snapshot', 'sales', '--value', 'at=0 2 * * *']);
    expect([one.code, one.stdout]).toEqual([0, 'sales  on  snapshot\n1 project switched\n']);
    const all = await hf('template enable snapshot --all --value at=@daily --value hours=3 --json');
    expect(all.code).toBe(0);
    expect(all.json).toMatchObject({ template: 'snapshot', refused: [] });
    expect(all.json.cells).toHaveLength(2);
    expect(all.json.cells[0]).toMatchObject({
      ...{ state: 'on', values: { at: '@daily', hours: 3 }, scenario: 'snapshot' },
    });
    const off = await hf(`template disable snapshot ${ground.project.id}`);
    expect([off.code, off.stdout]).toEqual([
      0,
      `${ground.project.slug}  off  snapshot\n1 project switched\n`,
    ]);
    const { rows } = await ground.pool.query(
      'select enabled, steps from scenario where deleted_at is null order by enabled',
    );
    expect(rows).toMatchObject([{ enabled: false }, { enabled: true, steps: [{ skip_hours: 3 }] }]);
  });

  test('a project without its values stays as it was, and the others are switched', async () => {
    await hf('template enable snapshot sales --value at=@daily');
    await hf('template disable snapshot sales');
    const { code, stdout } = await hf('template enable snapshot --all');
    expect(code).toBe(2);
    expect(stdout).toContain('sales  on  snapshot\n');
    expect(stdout).toContain(`${ground.project.slug}  stays as it was\n  values.at: is missing`);
    expect(stdout).toMatch(/1 project switched, 1 left as they were\n$/);
    const again = await hf('template enable snapshot --all --json');
    expect(again.json.refused).toMatchObject([
      { project: ground.project.slug, error: 'validation', details: [{ path: ['values', 'at'] }] },
    ]);
  });

  test('a template that makes no scenario any more exits with 1 and tells the part at fault', async () => {
    await ground.pool.query(`update template set parameters = '[]'`);
    const { code, json } = await hf('template enable snapshot sales --json');
    expect(code).toBe(1);
    expect(json.refused).toMatchObject([
      { error: 'trigger_config', config: { cron: '{{ param.at }}' } },
    ]);
  });

  test('what does not exist is told with the nearest name, wrong words with how to write them', async () => {
    for (const [words, said] of [
      ['template enable snapshott sales', /no template "snapshott".*\n.*Did you mean "snapshot"\?/],
      ['template enable snapshot sale', /no project "sale".*\n.*Did you mean "sales"\?/],
      ['template enable snapshot', /Name projects, or give --all/],
      ['template disable snapshot sales --all', /Name projects, or give --all/],
      ['template enable snapshot sales --value at', /--value is name=value/],
      ['template', /There are template list, template apply, template enable, template disable/],
      ['template remove', /template needs another word/],
    ] as const) {
      const { code, stderr } = await hf(words);
      expect([words, code]).toEqual([words, 2]);
      expect(stderr).toMatch(said);
    }
    expect((await hf('template enable snapshot sales', 'designer')).code).toBe(3);
  });
});

describe('template list', () => {
  test('shows each with how many projects have it on, also as JSON', async () => {
    expect((await hf('template list')).stderr).toContain('There are none.');
    await apply();
    await apply(
      SNAPSHOT.replace('slug: snapshot', 'slug: other').replace('"{{ param.at }}"', '"@daily"'),
    );
    await hf('template enable snapshot sales --value at=@daily');
    const { code, stdout } = await hf('template list');
    expect(code).toBe(0);
    const [title, first, second] = stdout.split('\n');
    expect(title).toMatch(/^TEMPLATE +NAME +FIRES +ON +OFF +NEED VALUES +BROKEN$/);
    expect(first).toMatch(/^other +Snapshot +at 00:00 every day +0 +0 +0 +0$/);
    expect(second).toMatch(/^snapshot +Snapshot +cron "\{\{ param\.at \}\}" +1 +0 +0 +0$/);
    const { json } = await hf('template list snap --json', 'designer');
    expect(json).toMatchObject([{ slug: 'other' }, { slug: 'snapshot', counts: { on: 1 } }]);
  });

  test('the help shows commands of two words as such', async () => {
    expect((await hf('--help')).stdout).toContain('template enable <slug> [projects…]');
    const own = await hf('help template enable');
    expect([own.code, own.stdout]).toEqual([0, expect.stringContaining('--value NAME=VALUE')]);
    expect((await hf('template list --help')).stdout).toContain('hf-scheduler template list');
  });
});
