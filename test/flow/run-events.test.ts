import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRun } from '#test/support/factories.ts';
import { createGround, subscribe } from '../graphql/ground.ts';
import type { Ground } from '../graphql/ground.ts';
import { append, drain, killListener, take, upTo } from './events.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

let runId: number;
beforeEach(async () => {
  const { org, project, people } = ground;
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  runId = (await createRun(ground.pool, { ...place, state: 'running' })).id;
});

const QUERY = `subscription ($runId: ID!, $after: Int) { runEvents(runId: $runId, after: $after) {
  __typename ... on RunEvent { runId seq type at payload } ... on Resync { after reason } } }`;

type Message = {
  data?: {
    runEvents:
      | { __typename: 'RunEvent'; runId: number; seq: number; type: string; payload: { n: number } }
      | { __typename: 'Resync'; after: number; reason: string };
  } | null;
  errors?: readonly { message: string; extensions: Record<string, unknown> }[];
};

const watch = (after = 0, id: number = runId) => {
  const client = ground.client('viewer');
  const stream = subscribe<never>(client, QUERY, { runId: String(id), after });
  return stream as unknown as AsyncIterableIterator<Message>;
};
const seqs = (messages: readonly Message[]) =>
  messages.map(({ data }) =>
    data?.runEvents.__typename === 'RunEvent' ? data.runEvents.seq : data,
  );

test('events come numbered, past ones first, and the stream ends with the run', async () => {
  await append(ground.pool, runId, 3);
  const stream = watch();
  expect(seqs(await take(stream, 3))).toEqual([1, 2, 3]);
  await append(ground.pool, runId, 2);
  const [fourth] = await take(stream, 1);
  expect(fourth?.data?.runEvents).toMatchObject({ runId, seq: 4, type: 'log', payload: { n: 4 } });
  await append(ground.pool, runId, 1, { type: 'run.finished', finish: true });
  expect(seqs(await drain(stream))).toEqual([5, 6]);
});

test('a finished run is told from its history and ends at once', async () => {
  await append(ground.pool, runId, 1200, { finish: true, notify: false });
  expect(seqs(await drain(watch()))).toEqual(upTo(1200));
  expect(seqs(await drain(watch(1199)))).toEqual([1200]);
  expect(await drain(watch(1200))).toEqual([]);
});

test('who comes back with a cursor gets the rest, each once', async () => {
  const first = watch();
  await append(ground.pool, runId, 10);
  expect(seqs(await take(first, 4))).toEqual([1, 2, 3, 4]);
  await first.return?.();
  await append(ground.pool, runId, 5, { finish: true });
  expect(seqs(await drain(watch(4)))).toEqual(upTo(15, 5));
});

test('a lost notification costs no more than the backstop', async () => {
  const stream = watch();
  await append(ground.pool, runId, 1);
  await take(stream, 1);
  const beganMs = performance.now();
  await append(ground.pool, runId, 1, { notify: false });
  expect(seqs(await take(stream, 1))).toEqual([2]);
  expect(performance.now() - beganMs).toBeLessThan(4_000);
  await stream.return?.();
});

test('killing the LISTEN connection again and again loses and doubles nothing', async () => {
  const streams = upTo(20).map(() => watch());
  const read = streams.map(drain);
  for (let round = 0; round < 30; round += 1) {
    const write = () => append(ground.pool, runId, 10);
    await (round % 3 === 2 ? killListener(ground.pool, write) : write());
  }
  await append(ground.pool, runId, 1, { finish: true });
  for (const messages of await Promise.all(read)) expect(seqs(messages)).toEqual(upTo(301));
});

test('eight writers at once leave no gap', async () => {
  const streams = upTo(5).map(() => drain(watch()));
  await Promise.all(
    upTo(8).map(async () => {
      for (let n = 0; n < 40; n += 1) await append(ground.pool, runId, 1 + (n % 3));
    }),
  );
  const { rows } = await ground.pool.query('select event_seq from run where id = $1', [runId]);
  const total = rows[0].event_seq as number;
  await append(ground.pool, runId, 1, { finish: true });
  for (const messages of await Promise.all(streams))
    expect(seqs(messages)).toEqual(upTo(total + 1));
});

test('runs that are named together, or as too many to name, are all read', async () => {
  const { org, project, people } = ground;
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  const other = (await createRun(ground.pool, { ...place, state: 'running' })).id;
  const [one, two] = [watch(0, runId), watch(0, other)];
  await append(ground.pool, runId, 1, { notify: false });
  await append(ground.pool, other, 1, { notify: false });
  await ground.pool.query(`select pg_notify('hf_run', $1)`, [`${runId},${other}`]);
  expect(seqs([...(await take(one, 1)), ...(await take(two, 1))])).toEqual([1, 1]);
  await append(ground.pool, runId, 1, { notify: false });
  await append(ground.pool, other, 1, { notify: false });
  await ground.pool.query(`select pg_notify('hf_run', '*')`);
  expect(seqs([...(await take(one, 1)), ...(await take(two, 1))])).toEqual([2, 2]);
  await one.return?.();
  await two.return?.();
});

describe('a cursor that cannot be served', () => {
  test('from the future is answered RESYNC and goes on from the counter', async () => {
    await append(ground.pool, runId, 3);
    const stream = watch(99);
    const [first] = await take(stream, 1);
    expect(first?.data?.runEvents).toMatchObject({ __typename: 'Resync', after: 3 });
    await append(ground.pool, runId, 1);
    expect(seqs(await take(stream, 1))).toEqual([4]);
    await stream.return?.();
  });

  test('from the future is told so too while others watch the run', async () => {
    await append(ground.pool, runId, 3);
    const other = watch();
    await take(other, 3);
    const [first] = await take(watch(4), 1);
    expect(first?.data?.runEvents).toMatchObject({ __typename: 'Resync', after: 3 });
    await other.return?.();
  });

  test('older than what is kept is answered RESYNC and goes on from there', async () => {
    await append(ground.pool, runId, 600);
    await ground.pool.query('delete from run_event where run_id = $1 and seq <= 400', [runId]);
    const stream = watch(10);
    const messages = await take(stream, 201);
    expect(messages[0]?.data?.runEvents).toMatchObject({ __typename: 'Resync', after: 400 });
    expect(seqs(messages.slice(1))).toEqual(upTo(600, 401));
    await stream.return?.();
  });

  test('of a finished run whose events are all gone ends after RESYNC', async () => {
    await append(ground.pool, runId, 5, { finish: true });
    await ground.pool.query('delete from run_event where run_id = $1', [runId]);
    const messages = await drain(watch(2));
    expect(messages).toHaveLength(1);
    expect(messages[0]?.data?.runEvents).toMatchObject({ __typename: 'Resync', after: 5 });
  });
});

test('a stranger is told that there is no such run', async () => {
  const client = ground.client('stranger');
  const stream = subscribe<never>(client, QUERY, { runId: String(runId) });
  const { value } = (await stream.next()) as { value: Message };
  expect(value.data ?? null).toBeNull();
  expect(value.errors?.[0]?.extensions['code']).toBe('NOT_FOUND');
});
