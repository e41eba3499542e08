/** run, logs, runs, cancel, retry and backfill, with a real worker. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGate } from '#test/support/kinds.ts';
import { createRun } from '#test/support/factories.ts';
import { createCliGround, type CliGround } from './ground.ts';

let ground: CliGround;
beforeAll(async () => {
  ground = await createCliGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const runIdIn = (text: string) => Number(/run (\d+)/.exec(text)?.[1]);

test('run --follow tells every event once and ends with the run', async () => {
  await ground.probe('steady', [{ lines: ['one', 'two'] }, { lines: ['three'] }]);
  const { code, stdout, stderr } = await ground.hf('run steady --follow --utc');
  expect(code).toBe(0);
  expect(stderr).toMatch(/^run \d+ of steady\n$/);
  const plain = stdout.replaceAll(/^\d\d:\d\d:\d\d {2}/gm, '').replaceAll(/in [\d.]+ m?s/g, 'in T');
  expect(plain.split('\n')).toEqual([
    'queued',
    'started',
    'step-0  started',
    'step-0  | one',
    'step-0  | two',
    'step-0  succeeded in T',
    'step-1  started',
    'step-1  | three',
    'step-1  succeeded in T',
    expect.stringMatching(/^steady, run \d+: succeeded in T \(steps: 2 succeeded\)$/),
    '',
  ]);
});

test('a run that fails exits with 1 and says why', async () => {
  await ground.probe('sad', [{ fail: 'the file is not there' }, {}]);
  const { code, stdout } = await ground.hf('run sad --follow');
  expect(code).toBe(1);
  expect(stdout).toMatch(/step-0 {2}failed in .*: the file is not there\n/);
  expect(stdout).toMatch(
    /sad, run \d+: failed in .* \(steps: 1 failed, 1 skipped\)\n {2}step "step-0": the file is not there\n$/,
  );
});

test('with --json the events are lines, and the run is the last', async () => {
  await ground.probe('for-programs', [{ lines: ['x'], output: { rows: 3 } }]);
  const { code, lines, stderr } = await ground.hf('run for-programs --follow --json');
  expect([code, stderr]).toEqual([0, '']);
  const { run } = lines.at(-1);
  const events = lines.slice(0, -1);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)).toMatchObject({ type: 'run.finished', runId: run.databaseId });
  expect(run).toMatchObject({ state: 'SUCCEEDED', scenario: { slug: 'for-programs' } });
});

test('parameters keep their types, and a key makes one run of two calls', async () => {
  await ground.probe('keyed');
  const words = ['run', 'keyed', '--json', '--idempotency-key', 'build-7'];
  words.push(
    '--param',
    'day=2026-01-31',
    '--param',
    'n=7',
    '--param',
    'text="7"',
    '--param',
    'list=[1]',
  );
  const [first, second] = [await ground.hf(words), await ground.hf(words)];
  expect(second.json.databaseId).toBe(first.json.databaseId);
  const { rows } = await ground.pool.query('select params from run where id = $1', [
    first.json.databaseId,
  ]);
  expect(rows[0].params).toEqual({ day: '2026-01-31', n: 7, text: '7', list: [1] });
});

test('a parameter without a value is refused before anything runs', async () => {
  await ground.probe('needs', [{ lines: ['{{ param.day }}'] }]);
  const { code, stderr } = await ground.hf('run needs --follow');
  expect(code).toBe(1);
  expect(stderr).toContain('steps[0].lines[0]: {{ param.day }} is undefined');
  expect((await ground.hf('run needs --param day')).code).toBe(2);
});

test('Ctrl-C leaves the run going, and says how to end it', async () => {
  await ground.probe('long', [{ gate: 'long' }]);
  const { code, stderr } = await ground.hf('run long --follow', {
    watch: (said, interrupt) => /step-0 {2}started/.test(said) && interrupt(),
  });
  expect(code).toBe(130);
  const id = runIdIn(stderr);
  expect(stderr).toContain(
    `Run ${id} goes on. Follow it: hf-scheduler logs ${id} --follow. End it: hf-scheduler cancel ${id}`,
  );
  const cancelled = await ground.hf(`cancel ${id}`);
  // Within milliseconds the worker may have obeyed.
  expect(cancelled.stdout).toMatch(/^run \d+ {2}(running, asked to end|cancelled)\n$/);
  const { code: ended, stdout } = await ground.hf(`logs ${id} --follow`);
  expect(ended).toBe(0);
  expect(stdout).toMatch(/cancel requested[^]*long, run \d+: cancelled/);
});

test('what has succeeded cannot be cancelled any more', async () => {
  await ground.probe('done');
  const { stderr } = await ground.hf('run done --follow');
  const { code, stderr: why } = await ground.hf(`cancel ${runIdIn(stderr)} --json`);
  expect([code, why]).toEqual([1, expect.stringContaining('has already succeeded')]);
});

test('a followed run that somebody cancels exits with 1', async () => {
  await ground.probe('stopped', [{ gate: 'never' }]);
  let asked = false;
  const { code, stdout } = await ground.hf('run stopped --follow', {
    watch(said) {
      if (asked || !/step-0 {2}started/.test(said)) return;
      asked = true;
      void ground.hf(`cancel ${runIdIn(said)}`);
    },
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(/stopped, run \d+: cancelled/);
});

test('logs tells a running run so far and stops there; of one step on request', async () => {
  await ground.probe('chatty', [{ lines: ['early'] }, { lines: ['late'], gate: 'chatty' }]);
  const { json } = await ground.hf('run chatty --json');
  const id = json.databaseId;
  const following = ground.hf(`logs ${id} --follow`, {
    watch: (said) => said.includes('| late') && void openGate(ground.pool, 'chatty'),
  });
  expect((await following).stdout).toMatch(/\| early[^]*\| late[^]*succeeded/);
  const all = await ground.hf(`logs ${id} --json`);
  expect(all.lines.map(({ seq }) => seq)).toEqual(all.lines.map((_, index) => index + 1));
  const one = await ground.hf(`logs ${id} --step step-0`);
  expect(one.stdout).toContain('early');
  expect(one.stdout).not.toContain('late');
  const none = await ground.hf(`logs ${id} --step step-9`);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('step-0, step-1')]);
  expect((await ground.hf('logs 999999')).code).toBe(2);
  expect((await ground.hf('logs abc')).code).toBe(2);
});

test('a terminal sees a block that is drawn anew, and the lines above it once', async () => {
  await ground.probe('drawn', [{ lines: ['said once'] }, { pg_sleep: 0.5 }]);
  const { code, stdout } = await ground.hf('run drawn --follow', { columns: 60 });
  expect(code).toBe(0);
  expect(stdout.match(/said once/g)).toHaveLength(1);
  expect(stdout).toContain('● step-1  running');
  expect(stdout).toMatch(/✓ step-0 {2}succeeded .*\n✓ step-1 {2}succeeded/);
  // The cursor is back.
  expect(stdout.lastIndexOf('\x1b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\x1b[?25l'));
});

test('runs are listed, filtered and limited', async () => {
  const { id } = await ground.probe('listed', [{ fail: 'so it goes' }]);
  await ground.hf('run listed --follow');
  const place = { ...ground.place, scenarioId: id };
  for (let n = 0; n < 120; n += 1) await createRun(ground.pool, place);
  const all = await ground.hf('runs --scenario listed --limit 115 --json');
  expect(all.json).toHaveLength(115);
  const failed = await ground.hf('runs --scenario listed --state failed --state cancelled');
  expect(failed.stdout).toMatch(
    /^ *RUN +SCENARIO +STATE +BY +DUE +TOOK +WHY\n +\d+ +listed +failed +manual .*so it goes\n$/,
  );
  const wrong = await ground.hf('runs --state faild');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('failed, cancelled')]);
  expect((await ground.hf('runs --limit 0')).code).toBe(2);
  const none = await ground.hf('runs --scenario listed --state running');
  expect([none.code, none.stdout, none.stderr]).toEqual([0, '', 'There are none.\n']);
});

test('a failed run is retried from where it failed, or from its start', async () => {
  await ground.probe('again', [{ lines: ['first'] }, { fail: 'not yet' }]);
  const failed = await ground.hf('run again --follow --json');
  const { databaseId } = failed.lines.at(-1).run;
  const retried = await ground.hf(`retry ${databaseId} --follow`);
  expect(retried.code).toBe(1);
  expect(retried.stdout).toMatch(/again, run \d+: failed .*\(steps: 1 reused, 1 failed\)/);
  expect(retried.stdout).not.toContain('first');
  const whole = await ground.hf(`retry ${databaseId} --from-start --follow`);
  expect(whole.stdout).toContain('| first');
  const made = await ground.hf(`retry ${databaseId} --json`);
  expect([made.code, made.json.steps.length]).toEqual([0, 2]);
  expect((await ground.hf('retry 999999')).code).toBe(2);
});

test('a queue is cancelled whole', async () => {
  await ground.probe('queued', [{ gate: 'queue' }]);
  for (let n = 0; n < 3; n += 1) await ground.hf('run queued');
  const { code, stdout } = await ground.hf('cancel --queue --scenario queued');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^queued {2}[23] runs cancelled\n$/);
  const rest = await ground.hf('cancel --queue --scenario queued --running --json');
  expect(rest.json.cancelled + rest.json.requested).toBeLessThanOrEqual(1);
  await openGate(ground.pool, 'queue');
  expect((await ground.hf('cancel')).code).toBe(2);
  expect((await ground.hf('cancel 1 --queue')).code).toBe(2);
  expect((await ground.hf('cancel 1 --running')).code).toBe(2);
});

test('a backfill is shown before it is made', async () => {
  await ground.hf('apply -', {
    stdin:
      'slug: daily\ntrigger: { cron: "0 2 * * *", timezone: Asia/Jakarta }\nsteps: [{ kind: snapshot_dashboards }]\n',
  });
  const words = 'backfill daily --from 2026-01-01 --to 2026-01-03 --utc';
  const dry = await ground.hf(`${words} --dry-run`);
  expect(dry.code).toBe(0);
  expect(dry.stdout).toBe(`DUE, ASIA/JAKARTA    UTC
2026-01-01 02:00:00  2025-12-31 19:00:00Z
2026-01-02 02:00:00  2026-01-01 19:00:00Z
2 runs would be made
`);
  const made = await ground.hf(`${words} --json`);
  expect(made.json.dueTimes.map(({ runId }: { runId: unknown }) => typeof runId)).toEqual([
    'number',
    'number',
  ]);
  expect((await ground.hf(words)).stdout).toContain('2 runs made (2 had a run before)');
  expect((await ground.hf('backfill daily')).code).toBe(2);
  const wrong = await ground.hf('backfill daily --from yesterday');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('2026-01-31')]);
  const refused = await ground.hf('backfill daily --from 2026-01-03 --to 2026-01-01');
  expect(refused.code).toBe(2);
});
