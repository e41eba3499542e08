/** The other commands, the help, and what is told when something is wrong. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { createCliGround, type CliGround } from './ground.ts';

let ground: CliGround;
beforeAll(async () => {
  ground = await createCliGround();
  const stdin = `slug: nightly
trigger: { cron: "30 2 * * *", timezone: Europe/Berlin }
steps: [{ kind: snapshot_dashboards }]
---
slug: often
trigger: { interval: 15m }
steps: [{ kind: snapshot_dashboards }]
---
slug: after
trigger: { upstream: [often] }
steps: [{ kind: snapshot_dashboards }]
---
slug: by-hand
steps: [{ kind: snapshot_dashboards }]
`;
  const { code, stderr } = await ground.hf('apply -', { stdin });
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => ground[Symbol.asyncDispose]());

describe('help', () => {
  test('the program lists its commands, and each has an example that it takes itself', async () => {
    const { code, stdout } = await ground.hf('--help', { person: null });
    expect(code).toBe(0);
    for (const { name, summary, examples } of commands) {
      expect(stdout).toContain(summary);
      const own = await ground.hf([name, '--help'], { person: null });
      expect(own.code).toBe(0);
      for (const [line] of examples) {
        expect(own.stdout).toContain(line);
        expect(line).toMatch(new RegExp(`^hf-scheduler ${name}( |$)`));
        for (const [, option] of line.matchAll(/ --([a-z-]+)/g)) {
          expect(own.stdout).toContain(`--${option}`);
        }
      }
    }
    expect((await ground.hf('help next')).stdout).toContain('hf-scheduler next [slug]');
  });

  test('without a command the help goes to standard error', async () => {
    const { code, stdout, stderr } = await ground.hf([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Commands');
  });

  test.each([
    ['healt', 'Did you mean "health"?'],
    ['--json runs', 'The command comes first'],
    ['runs --limt 3', 'Did you mean --limit?'],
    ['runs --limit', 'argument missing'],
    ['runs now', 'takes no words; "now" is too many'],
    ['pause', 'pause needs <slug>'],
    ['next', 'next needs a scenario or --cron'],
    ['next nightly --timezone UTC', '--timezone goes with --cron'],
    ['next nightly --count 0', 'from 1 to 1000'],
    ['scenarios --state off', 'active, paused, disabled, broken'],
  ])('%s is wrong usage, and says what is right', async (words, message) => {
    const { code, stdout, stderr } = await ground.hf(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain('--help');
  });
});

test('a scenario of another project than the default is named project/slug', async () => {
  const env = { HF_PROJECT: '' };
  const found = await ground.hf(`next ${ground.project.slug}/by-hand`, { env });
  expect(found.stderr + found.stdout).toContain('by-hand');
  const lost = await ground.hf(`run ${ground.project.slug}/by-hands`, { env });
  expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('Did you mean "by-hand"?')]);
  const nowhere = await ground.hf('run nowhere/by-hand', { env });
  expect([nowhere.code, nowhere.stderr]).toEqual([
    2,
    expect.stringContaining('There is no project "nowhere" that you may see.'),
  ]);
});

describe('next', () => {
  test('tells the due times of a scenario in its zone', async () => {
    const { code, stdout } = await ground.hf('next nightly --count 2 --utc');
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'nightly: at 02:30 every day, Europe/Berlin',
      expect.stringMatching(/^ +EUROPE\/BERLIN +OFFSET +UTC$/),
    ]);
    expect(stdout).toMatch(
      /\w{3} {2}\d{4}-\d\d-\d\d 02:30:00 {2}\+0[12]:00 {2}.*Z {2}in \d+ (min|h)/,
    );
  });

  test('a clock change is marked, and so is a day that it leaves without', async () => {
    const moved = await ground.hf([
      'next',
      '--cron',
      '30 2 * * *',
      '--timezone',
      'Europe/Berlin',
      '--count',
      '400',
      '--utc',
    ]);
    expect(moved.stdout).toMatch(
      /Sun .* 03:00:00 {2}\+02:00 .*moved: a clock change skips the time as written; clocks changed: \+01:00 to \+02:00/,
    );
    const empty = await ground.hf([
      'next',
      '--cron',
      '*/30 2 * * *',
      '--timezone',
      'Europe/Berlin',
      '--count',
      '800',
      '--utc',
    ]);
    expect(empty.stdout).toMatch(
      /Sun {2}\d{4}-\d\d-\d\d .*none on this day: a clock change skips its due times/,
    );
  });

  test('an interval counts from where the scenario does', async () => {
    const { json } = await ground.hf('next often --count 3 --json');
    const { rows } = await ground.pool.query(
      `select next_due_at from scenario where slug = 'often'`,
    );
    expect(json.times[0].at).toBe(rows[0].next_due_at.toISOString());
    expect(json.times).toHaveLength(3);
  });

  test('what no time makes due says so', async () => {
    const after = await ground.hf('next after');
    expect([after.code, after.stdout]).toEqual([0, '']);
    expect(after.stderr).toContain('no time can be told beforehand');
    expect((await ground.hf('next by-hand')).stderr).toContain('by hand only');
  });

  test('a wrong expression is told with its place', async () => {
    const { code, stderr } = await ground.hf(['next', '--cron', '61 2 * * *']);
    expect(code).toBe(2);
    expect(stderr).toContain('minute "61" is out of range');
  });
});

test('scenarios lists them with their next due time', async () => {
  const { code, stdout } = await ground.hf('scenarios --utc');
  expect(code).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3))).toMatchObject([
    ['SCENARIO', 'STATE', 'FIRES'],
    ['after', 'active', 'after often succeeds'],
    ['by-hand', 'active', 'by hand'],
    ['nightly', 'active', 'at 02:30 every day, Europe/Berlin'],
    ['often', 'active', 'every 15 minutes'],
    [''],
  ]);
  expect((await ground.hf('scenarios nightl --json')).json).toMatchObject([{ slug: 'nightly' }]);
});

test('a scenario is paused with a note and an end, and resumed', async () => {
  const paused = await ground.hf([
    'pause',
    'nightly',
    '--note',
    'moving house',
    '--until',
    '2h',
    '--utc',
  ]);
  expect(paused.code).toBe(0);
  expect(paused.stdout).toMatch(/^nightly {2}paused since .*Z until .*Z: moving house\n$/);
  expect((await ground.hf('scenarios --state paused')).stdout).toMatch(
    /nightly +paused .*moving house/,
  );
  expect((await ground.hf('next nightly --count 1')).stderr).toContain('It is paused');
  const resumed = await ground.hf('resume nightly --json');
  expect(resumed.json).toMatchObject({ slug: 'nightly', state: 'ACTIVE', pause: null });
  const refused = await ground.hf('pause nightly --until 2020-01-01');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('until')]);
  expect((await ground.hf('resume nobody')).code).toBe(2);
});

test('workers and health tell who beats', async () => {
  const workers = await ground.hf('workers');
  expect(workers.stdout).toMatch(/^WORKER +RUNS.*\nin-process-\S+ +0 of 16 +.*(now|ago)/);
  const health = await ground.hf('health');
  expect([health.code, health.stdout]).toEqual([
    0,
    expect.stringMatching(/^green {2}workers beat/),
  ]);
  expect((await ground.hf('health --json')).json).toMatchObject({ state: 'GREEN', alive: true });
});

test('health exits with 1 when it is red', async () => {
  await ground.pool.query(
    `update scheduler_workers set last_seen_at = last_seen_at - interval '1 hour'`,
  );
  const { code, stdout } = await ground.hf('health');
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^red {2}no worker/)]);
  await ground.pool.query(`update scheduler_workers set last_seen_at = clock_timestamp()`);
});

describe('who asks what', () => {
  test('without a token, or with a bad one, nobody is told anything', async () => {
    const none = await ground.hf('runs', { person: null });
    expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('HF_TOKEN')]);
    const bad = await ground.hf('runs --token hf_nonsense');
    expect([bad.code, bad.stderr]).toEqual([3, expect.stringContaining('may have ended')]);
    const json = await ground.hf('runs --token hf_nonsense --json');
    expect(json.json).toMatchObject({ error: 'unauthenticated', details: [] });
  });

  test('a viewer may look and not run', async () => {
    expect((await ground.hf('runs', { person: 'viewer' })).code).toBe(0);
    const run = await ground.hf('run by-hand', { person: 'viewer' });
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('project.edit')]);
  });

  test('a project is named by slug or number; one that is not there is told', async () => {
    const { slug, id } = ground.project;
    for (const name of [slug, String(id)]) {
      expect((await ground.hf(`scenarios --project ${name}`)).code).toBe(0);
    }
    const { code, stderr } = await ground.hf(`scenarios --project ${slug}x`);
    expect(code).toBe(2);
    expect(stderr).toContain(`Did you mean "${slug}"?`);
    // The only one that the token sees.
    expect((await ground.hf('scenarios', { env: { HF_PROJECT: '' } })).code).toBe(0);
  });

  test('a scenario is named by slug or number', async () => {
    const { rows } = await ground.pool.query(`select id from scenario where slug = 'by-hand'`);
    expect((await ground.hf(`export ${rows[0].id}`)).stdout).toContain('slug: by-hand');
  });

  test.each([
    ['http://127.0.0.1:9', 3, 'cannot be reached'],
    ['http://127.0.0.1:49151', 3, 'cannot be reached: ECONNREFUSED'],
    ['ftp://x', 2, '"ftp://x" is no address'],
    ['', 3, 'none runs in this folder'],
  ])('the address %j ends with %i', async (url, code, message) => {
    const result = await ground.hf('runs', { env: { HF_URL: url } });
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(message)]);
  });

  test('an address that is not the API’s is told as such', async () => {
    const { code, stderr } = await ground.hf(`runs --url ${ground.url}/elsewhere`);
    expect([code, stderr]).toEqual([3, expect.stringContaining('Is this the address')]);
  });
});
