import { afterEach, beforeEach, expect, test } from 'vitest';
import { CHANNELS } from '#domain/event/channels.ts';
import { eventFeed } from '#domain/event/event-feed.ts';
import type { EventFeed } from '#domain/event/event-feed.ts';
import type { FeedItem } from '#domain/event/watcher.ts';
import { createPool } from '#platform/db.ts';
import type { Pool } from '#platform/db.ts';
import { listen } from '#platform/listen.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { createHouse, createRun } from '#test/support/factories.ts';
import { append, killListener, take, upTo } from './events.ts';

const log = createLog('test', 'silent');
const parts = {
  stack: new AsyncDisposableStack(),
  url: '',
  runId: 0,
  pool: undefined as unknown as Pool,
};

beforeEach(async () => {
  parts.stack = new AsyncDisposableStack();
  const database = parts.stack.use(await createTestDatabase());
  parts.url = database.url;
  parts.pool = createPool(database.url, { name: 'test', max: 4, log });
  parts.stack.defer(() => parts.pool.end());
  const { org, project, people } = await createHouse(parts.pool);
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  parts.runId = (await createRun(parts.pool, { ...place, state: 'running' })).id;
});
afterEach(() => parts.stack.disposeAsync());

function openFeed(backstopMs: number): EventFeed {
  return parts.stack.use(eventFeed({ pool: parts.pool, log, backstopMs }));
}

const seqs = (items: readonly FeedItem[]) => items.map((item) => ('seq' in item ? item.seq : item));

test('what happened while LISTEN was lost is read once it is acknowledged again', async () => {
  const feed = openFeed(3_600_000);
  const listening = parts.stack.use(
    listen(
      parts.url,
      { [CHANNELS.run]: (payload) => feed.notify(payload) },
      { log, onReady: () => feed.recheck() },
    ),
  );
  await listening.ready;
  const events = feed.watch(parts.runId, 0);
  await append(parts.pool, parts.runId, 1);
  await take(events, 1);
  await killListener(parts.pool, () => append(parts.pool, parts.runId, 5));
  expect(seqs(await take(events, 5))).toEqual(upTo(6, 2));
});

test('without any notification the backstop finds new events', async () => {
  const events = openFeed(50).watch(parts.runId, 0);
  await append(parts.pool, parts.runId, 1, { notify: false });
  await take(events, 1);
  await append(parts.pool, parts.runId, 3, { notify: false });
  expect(seqs(await take(events, 3))).toEqual([2, 3, 4]);
});

test('watchers at different places of one run each get what they miss', async () => {
  await append(parts.pool, parts.runId, 2_000, { notify: false });
  const feed = openFeed(50);
  const watching = [0, 700, 1_743, 1_744, 1_999].map(async (after) => {
    const events = feed.watch(parts.runId, after);
    expect(seqs(await take(events, 2_001 - after))).toEqual(upTo(2_001, after + 1));
  });
  await append(parts.pool, parts.runId, 1, { notify: false });
  await Promise.all(watching);
});

test('a watcher that waits ends when it leaves, when its run goes, and when the feed closes', async () => {
  const feed = eventFeed({ pool: parts.pool, log, backstopMs: 50 });
  const leaving = feed.watch(parts.runId, 0);
  const waits = leaving.next();
  await leaving.return?.();
  expect((await waits).done).toBe(true);
  expect(feed.size).toBe(0);

  const staying = feed.watch(parts.runId, 0).next();
  const { rows } = await parts.pool.query('select org_id, project_id, owner_user_id from run');
  const other = await createRun(parts.pool, {
    orgId: rows[0].org_id,
    projectId: rows[0].project_id,
    ownerUserId: rows[0].owner_user_id,
  });
  const orphaned = feed.watch(other.id, 0).next();
  await parts.pool.query('delete from run where id = $1', [other.id]);
  expect((await orphaned).done).toBe(true);
  await feed[Symbol.asyncDispose]();
  expect((await staying).done).toBe(true);
});

test('a database that is gone for a moment ends no watcher', async () => {
  const feed = openFeed(50);
  const events = feed.watch(parts.runId, 0);
  await append(parts.pool, parts.runId, 1, { notify: false });
  await take(events, 1);
  await parts.pool.query('alter table run_event rename to hidden');
  await append(parts.pool, parts.runId, 1, { notify: false }).catch(() => {});
  await parts.pool.query('update run set event_seq = 2 where id = $1', [parts.runId]);
  const next = take(events, 1);
  await parts.pool.query('alter table hidden rename to run_event');
  await parts.pool.query(`insert into run_event values ($1, 2, 'log', clock_timestamp(), '{}')`, [
    parts.runId,
  ]);
  expect(seqs(await next)).toEqual([2]);
});
