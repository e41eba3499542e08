/** A minute in which Postgres ends the connection on which the API listens, every second: by failover, by an
 *  impatient pooler, by an administrator. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRun } from '#test/support/factories.ts';
import { createGround, subscribe, type Ground } from '../graphql/ground.ts';
import { append, upTo } from './events.ts';

const SECONDS = 60;
const EVERY_MS = 20;

let ground: Ground;
let runId: number;
beforeAll(async () => {
  ground = await createGround();
  const { org, project, people } = ground;
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  runId = (await createRun(ground.pool, { ...place, state: 'running' })).id;
});
afterAll(() => ground[Symbol.asyncDispose]());

const query = () => `subscription { runEvents(runId: ${runId}) { ... on RunEvent { seq } } }`;

async function overSocket(): Promise<number[]> {
  const seqs: number[] = [];
  type Message = { data: { runEvents: { seq: number } } };
  const stream = subscribe<never>(ground.client('viewer'), query());
  for await (const { data } of stream as unknown as AsyncIterable<Message>) {
    seqs.push(data.runEvents.seq);
  }
  return seqs;
}

async function overServerSentEvents(): Promise<number[]> {
  const response = await fetch(`${ground.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${ground.tokens.viewer.token}`,
    },
    body: JSON.stringify({ query: query() }),
  });
  const text = await response.text();
  return [...text.matchAll(/"seq":(\d+)/g)].map((match) => Number(match[1]));
}

test('no event is lost or doubled, over sockets and Server-Sent Events', async () => {
  const reading = [
    ...Array.from({ length: 5 }, overSocket),
    ...Array.from({ length: 5 }, overServerSentEvents),
  ];
  const endMs = performance.now() + SECONDS * 1000;
  let [written, kills] = [0, 0];
  const killing = (async () => {
    while (performance.now() < endMs) {
      await delay(1_000);
      const { rows } = await ground.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'hf listen' and datname = current_database()`,
      );
      kills += rows.length;
    }
  })();
  while (performance.now() < endMs) {
    await append(ground.pool, runId, 1 + (written % 3));
    written += 1 + (written % 3);
    await delay(EVERY_MS);
  }
  await killing;
  await append(ground.pool, runId, 1, { finish: true });
  const all = upTo(written + 1);
  for (const seqs of await Promise.all(reading)) expect(seqs).toEqual(all);
  // A connection takes less than a second to come back.
  expect(kills).toBeGreaterThan(SECONDS * 0.8);
}, 120_000);
