/** What the guide for operators says is tried: its statements run, its files are there, its units agree with us. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REFUSED_EXIT_CODE } from '#domain/upgrade/refusal.ts';
import { REASON_CODES } from '#domain/upgrade/readiness.ts';
import { CONFIG_NAMES, parseConfig } from '#platform/config.ts';
import { createWorld } from '#test/support/world.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const guide = read('docs/operations.md');
const units = ['api', 'scheduler'].map((name) => ({
  name,
  text: read(`deploy/systemd/hub-platform-${name}.service`),
}));

test('every statement of the guide runs', async () => {
  await using world = await createWorld();
  const blocks = [...guide.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql);
  expect(blocks.length).toBeGreaterThan(10);
  for (const sql of blocks) await world.pool.query(sql);
});

test('every file, npm script, variable and heading that the guide names is there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const [, name = ''] of guide.matchAll(/npm run ([a-z][\w:-]*)/g)) {
    expect(scripts, name).toHaveProperty([name]);
  }
  for (const [, file = ''] of guide.matchAll(/\]\(([^)#]+)\)/g)) {
    expect(existsSync(join(ROOT, 'docs', file)), file).toBe(true);
  }
  for (const [file] of guide.matchAll(/\b(?:deploy|prisma)\/[\w./-]+\w/g)) {
    expect(existsSync(join(ROOT, file)), file).toBe(true);
  }
  const headings = [...guide.matchAll(/^## (.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, anchor = ''] of guide.matchAll(/\]\(#([^)]+)\)/g)) {
    expect(headings).toContain(anchor);
  }
  for (const name of ['METRICS_PORT', 'START_HELD', 'WORKER_SLOTS', 'SECRET_KEY_PREVIOUS']) {
    expect(guide).toContain(name);
    expect(CONFIG_NAMES).toContain(name);
  }
  for (const code of REASON_CODES) expect(guide).toContain(code);
});

test('the units run files of ours as an unprivileged user, and agree about codes and times', () => {
  const { shutdownGraceSeconds } = parseConfig({});
  for (const { name, text } of units) {
    const valueOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];
    expect(valueOf('User'), name).toBe('honeyframe');
    expect(valueOf('RestartPreventExitStatus'), name).toBe(String(REFUSED_EXIT_CODE));
    expect(Number(valueOf('TimeoutStopSec')), name).toBeGreaterThan(shutdownGraceSeconds);
    expect(valueOf('Type'), name).toBe('notify');
    expect(Number(valueOf('WatchdogSec')), name).toBeGreaterThan(0);
    expect(existsSync(join(ROOT, valueOf('ExecStart')!.split(' ').at(-1)!)), name).toBe(true);
  }
  expect(read('deploy/compose.yaml')).toMatch(/^ {2}init: true$/m);
});
