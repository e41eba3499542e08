/** validate, apply and export against a real API. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestFolder } from '#test/support/folder.ts';
import { createCliGround, type CliGround } from './ground.ts';

let ground: CliGround;
let folder: Awaited<ReturnType<typeof createTestFolder>>;
beforeAll(async () => {
  ground = await createCliGround();
});
afterAll(() => ground[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await createTestFolder();
  await ground.pool.query('update scenario set deleted_at = clock_timestamp()');
  return () => folder[Symbol.asyncDispose]();
});

const write = async (name: string, text: string) => {
  const file = join(folder.path, name);
  await writeFile(file, text);
  return file;
};
const stored = async () =>
  (
    await ground.pool.query(
      'select slug, version, trigger, policies, enabled from scenario where deleted_at is null order by slug',
    )
  ).rows;

const NIGHTLY = `slug: nightly
name: Nightly
trigger: { cron: "0 2 * * *", timezone: asia/jakarta }
timeout: 5400s
steps:
  - kind: snapshot_dashboards
    skip_hours: 12
`;
const AFTER = `slug: after-it
trigger: { upstream: [nightly] }
steps: [{ kind: snapshot_dashboards }]
`;

describe('validate', () => {
  test('good files are valid, and nothing is written', async () => {
    await write('a.yaml', NIGHTLY);
    await write('b.yml', AFTER);
    const { code, stdout } = await ground.hf(['validate', folder.path]);
    expect([code, stdout]).toEqual([0, 'valid  2 scenarios in 2 files\n']);
    expect(await stored()).toEqual([]);
  });

  test('every problem of every file is told with its line, its place and its value', async () => {
    const a = await write(
      'a.yaml',
      NIGHTLY.replace('0 2', '61 2').replace('skip_hours: 12', 'skip_hours: -1'),
    );
    const b = await write('b.yaml', 'name: x\nsteps: [\n');
    const { code, stderr, stdout } = await ground.hf(['validate', a, b]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${a}:3:18  trigger.cron: minute "61" is out of range`);
    expect(stderr).toContain(`   3 | trigger: { cron: "61 2 * * *", timezone: asia/jakarta }
     |                  ^^^^^^^^^^^^\n`);
    expect(stderr).toContain(`${a}:7:17  steps[0].skip_hours: `);
    expect(stderr).toContain(`${b}:3:1  `);
    expect(stderr).toMatch(/3 problems in 2 files\n$/);
    const { json } = await ground.hf(['validate', a, b, '--json']);
    expect(json).toMatchObject({ valid: false, files: 2, scenarios: 1 });
    expect(json.problems[1]).toMatchObject({
      ...{ file: a, line: 7, column: 17, value: -1 },
      path: ['steps', 0, 'skip_hours'],
    });
  });

  test('standard input is a file too, and a file that is not there is told', async () => {
    expect((await ground.hf('validate -', { stdin: NIGHTLY })).code).toBe(0);
    const { code, stderr } = await ground.hf('validate /no/such/file.yaml');
    expect(code).toBe(2);
    expect(stderr).toContain('/no/such/file.yaml cannot be read: ENOENT');
  });

  test('who may only look may not ask', async () => {
    const { code, stderr } = await ground.hf('validate -', { stdin: NIGHTLY, person: 'viewer' });
    expect(code).toBe(3);
    expect(stderr).toMatch(/project\.edit/);
  });
});

describe('apply', () => {
  test('creates what is new, in the order in which they need each other', async () => {
    const file = await write('all.yaml', `${AFTER}---\n${NIGHTLY}`);
    const dry = await ground.hf(['apply', file, '--dry-run']);
    expect(dry.stdout).toContain('2 created, 0 changed, 0 unchanged (nothing is written)');
    expect(await stored()).toEqual([]);
    const { code, stdout } = await ground.hf(['apply', file]);
    expect(code).toBe(0);
    expect(stdout).toBe(`+ after-it  new: nightly all, 1 step
+ nightly  new: 0 2 * * * Asia/Jakarta, 1 step
2 created, 0 changed, 0 unchanged
`);
    expect(await stored()).toMatchObject([
      { slug: 'after-it', trigger: { upstream: ['nightly'] } },
      { slug: 'nightly', policies: { timeout: '90m' } },
    ]);
  });

  test('shows what changes field by field, and changes it, defaults included', async () => {
    await ground.hf('apply -', { stdin: NIGHTLY });
    const changed = NIGHTLY.replace('0 2', '0 3')
      .replace('timeout: 5400s\n', '')
      .replace('skip_hours: 12', 'skip_hours: 6');
    const { code, stdout } = await ground.hf('apply -', { stdin: changed });
    expect(code).toBe(0);
    expect(stdout).toBe(`~ nightly  changed
    trigger.cron
      - 0 2 * * *
      + 0 3 * * *
    policies.timeout
      - 90m
    steps[snapshot_dashboards].skip_hours
      - 12
      + 6
0 created, 1 changed, 0 unchanged
`);
    const [{ version, policies, trigger }] = await stored();
    expect([version, policies]).toEqual([2, {}]);
    expect(trigger).toMatchObject({ cron: '0 3 * * *' });
  });

  test('applied again, nothing changes and nothing is written', async () => {
    for (const sum of ['2 created', '0 created, 0 changed, 2 unchanged']) {
      const { code, stdout } = await ground.hf('apply -', { stdin: `${NIGHTLY}---\n${AFTER}` });
      expect(code).toBe(0);
      expect(stdout).toContain(sum);
    }
    expect((await stored()).map(({ version }) => version)).toEqual([1, 1]);
  });

  test('a switch that the file does not name stays as somebody put it', async () => {
    await ground.hf('apply -', { stdin: NIGHTLY });
    await ground.pool.query('update scenario set enabled = false where deleted_at is null');
    const again = await ground.hf('apply -', { stdin: NIGHTLY });
    expect(again.stdout).toContain('1 unchanged');
    const on = await ground.hf('apply -', { stdin: `${NIGHTLY}enabled: true\n` });
    expect(on.stdout).toContain('1 changed');
    expect(await stored()).toMatchObject([{ enabled: true }]);
  });

  test('nothing is written when one file is bad', async () => {
    await write('a.yaml', NIGHTLY);
    await write('b.yaml', AFTER.replace('snapshot_dashboards', 'snapshot_dashbords'));
    const { code, stderr } = await ground.hf(['apply', folder.path]);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "snapshot_dashboards"');
    expect(stderr).toContain('Nothing was written.');
    expect(await stored()).toEqual([]);
  });

  test('--check writes nothing, and says by its exit code whether there is a difference', async () => {
    expect((await ground.hf('apply - --check', { stdin: NIGHTLY })).code).toBe(1);
    expect(await stored()).toEqual([]);
    await ground.hf('apply -', { stdin: NIGHTLY });
    expect((await ground.hf('apply - --check', { stdin: NIGHTLY })).code).toBe(0);
  });

  test('--prune lists what no file has, and deletes it only with --yes', async () => {
    await ground.hf('apply -', {
      stdin: `${NIGHTLY}---\nslug: old\nsteps: [{ kind: snapshot_dashboards }]\n`,
    });
    const listed = await ground.hf('apply - --prune', { stdin: NIGHTLY });
    expect(listed.stdout).toContain('- old  no file has it; --prune --yes deletes it');
    expect(await stored()).toHaveLength(2);
    expect((await ground.hf('apply - --prune --check', { stdin: NIGHTLY })).code).toBe(1);
    const pruned = await ground.hf('apply - --prune --yes --json', { stdin: NIGHTLY });
    expect(pruned.json).toEqual({
      applied: true,
      scenarios: [{ slug: 'nightly', file: '-', result: 'unchanged', changes: [] }],
      unlisted: [{ slug: 'old', deleted: true }],
    });
    expect(await stored()).toMatchObject([{ slug: 'nightly' }]);
    expect((await ground.hf('apply - --yes', { stdin: NIGHTLY })).code).toBe(2);
  });

  test('what a file needs is not pruned', async () => {
    await ground.hf('apply -', { stdin: `${NIGHTLY}---\n${AFTER}` });
    const { code, stderr } = await ground.hf('apply - --prune --yes', { stdin: AFTER });
    expect(code).toBe(2);
    expect(stderr).toContain('after-it fires on the success of nightly, which no file has');
    expect(await stored()).toHaveLength(2);
  });
});

describe('export', () => {
  const NASTY = `slug: nasty
name: "yes"
description: |2
   leading, trailing${'  '}
  # no comment: "quotes" 'and' more
enabled: false
trigger: { interval: 90s, anchor: "2026-01-01T00:00:00Z" }
policies: { overlap: allow, priority: -3, notify: { mail: [ops@example.com] } }
steps:
  - { kind: snapshot_dashboards, name: "null", change_note: "{{ param.x }}", retries: { max: 2 } }
  - { kind: snapshot_dashboards, name: "0x10", skip_hours: 1.5, parallel: true }
  - { kind: snapshot_dashboards, name: "* * *", change_note: "a\\nb\\n", parallel: true }
`;

  test('what is exported applies without a difference', async () => {
    const all = [NIGHTLY, AFTER, NASTY].join('---\n');
    expect((await ground.hf('apply -', { stdin: all })).stderr).toBe('');
    for (const extra of [[], ['--owners']]) {
      const { code, stdout } = await ground.hf(['export', ...extra]);
      expect(code).toBe(0);
      const again = await ground.hf('apply - --check --prune', { stdin: stdout });
      expect([again.code, again.stdout]).toEqual([
        0,
        expect.stringContaining('0 created, 0 changed, 3 unchanged'),
      ]);
    }
  });

  test('one file a scenario, or one scenario', async () => {
    await ground.hf('apply -', { stdin: `${NIGHTLY}---\n${AFTER}` });
    const { stdout } = await ground.hf(['export', '--output', join(folder.path, 'out')]);
    expect(stdout).toMatch(/^2 files in /);
    expect(await readdir(join(folder.path, 'out'))).toEqual(['after-it.yaml', 'nightly.yaml']);
    const file = await readFile(join(folder.path, 'out/nightly.yaml'), 'utf8');
    expect(file).toBe(`slug: nightly
name: Nightly
trigger:
  cron: "0 2 * * *"
  timezone: Asia/Jakarta
policies:
  timeout: 90m
steps:
  - kind: snapshot_dashboards
    name: snapshot_dashboards
    skip_hours: 12
`);
    expect((await ground.hf('export nightly')).stdout).toBe(file);
    expect((await ground.hf('export --json')).json).toMatchObject([
      { slug: 'after-it' },
      { slug: 'nightly' },
    ]);
  });

  test('a slug that is not there is told with the nearest', async () => {
    await ground.hf('apply -', { stdin: NIGHTLY });
    const { code, stderr } = await ground.hf('export nightli');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean "nightly"?');
  });
});
