import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRun, createScenario } from '#test/support/factories.ts';
import { createGround, subscribe } from './ground.ts';
import type { Ground } from './ground.ts';
import { withStatements } from './statements.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const place = () => ({
  orgId: ground.org.id,
  projectId: ground.project.id,
  ownerUserId: ground.people.admin.id,
});

const scenario = (trigger: string | null = '@daily') =>
  createScenario(ground.pool, {
    ...place(),
    steps: [{ kind: 'snapshot_dashboards' }],
    ...(trigger && { trigger: { cron: trigger } }),
  });

const failedRun = async () =>
  createRun(ground.pool, {
    ...place(),
    scenarioId: (await scenario()).id,
    state: 'failed',
    steps: [{ kind: 'snapshot_dashboards' }],
  });

const FAILURE = `... on Failure { message } ... on ValidationError { problems { path message } }
  ... on Conflict { facts }`;
const RETRY = `mutation ($id: ID!) { retryRun(id: $id, mode: FROM_FAILED) { __typename ${FAILURE}
  ... on Run { databaseId state source retryMode canRetry canCancel origin { databaseId } triggeredBy { name } } } }`;

test('a retried run is answered with its origin, which names its retries', async () => {
  const { id } = await failedRun();
  const { data } = await ground.ask('designer', RETRY, { id });
  expect(data.retryRun).toEqual({
    __typename: 'Run',
    databaseId: expect.any(Number),
    state: 'QUEUED',
    source: 'MANUAL',
    retryMode: 'FROM_FAILED',
    canRetry: false,
    canCancel: true,
    origin: { databaseId: id },
    triggeredBy: { name: ground.people.designer.name },
  });
  const again = await ground.ask('designer', RETRY, { id });
  expect(again.data.retryRun).toMatchObject({
    __typename: 'Conflict',
    facts: { runId: data.retryRun.databaseId },
  });
  const origin = await ground.ask(
    'viewer',
    `{ run(id: ${id}) { origin { id } retries { databaseId } } }`,
  );
  expect(origin.data.run).toEqual({
    origin: null,
    retries: [{ databaseId: data.retryRun.databaseId }],
  });
});

test('origins and retries of a list take one statement each', async () => {
  for (let n = 0; n < 4; n += 1) await ground.ask('admin', RETRY, { id: (await failedRun()).id });
  const counts: number[] = [];
  for (const first of [2, 8]) {
    const [answer, sent] = await withStatements(() =>
      ground.ask('viewer', `{ runs(first: ${first}) { nodes { origin { id } retries { id } } } }`),
    );
    expect(answer.errors).toBeUndefined();
    counts.push(sent.length);
  }
  expect(counts[1]).toBe(counts[0]);
});

const BACKFILL = `mutation ($id: ID!, $to: DateTime, $dryRun: Boolean! = false) {
  backfillScenario(scenarioId: $id, from: "2026-01-01T00:00:00Z", to: $to, dryRun: $dryRun) { __typename ${FAILURE}
    ... on Backfill { databaseId from to overlap runCount firedBeforeCount
      dueTimes { dueAt firedBefore excluded movedByClockChange runId } } } }`;

test('a backfill answers its due times and runs, and counts what had fired before', async () => {
  const { id } = await scenario();
  const variables = { id, to: '2026-01-03T00:00:00Z' };
  const dry = await ground.ask('designer', BACKFILL, { ...variables, dryRun: true });
  const due = { firedBefore: false, excluded: false, movedByClockChange: false, runId: null };
  expect(dry.data.backfillScenario).toEqual({
    __typename: 'Backfill',
    databaseId: null,
    from: '2026-01-01T00:00:00.000Z',
    to: '2026-01-03T00:00:00.000Z',
    overlap: 'BUFFER_ALL',
    runCount: 2,
    firedBeforeCount: 0,
    dueTimes: [
      { ...due, dueAt: '2026-01-02T00:00:00.000Z' },
      { ...due, dueAt: '2026-01-03T00:00:00.000Z' },
    ],
  });
  const first = await ground.ask('designer', BACKFILL, variables);
  const { databaseId, dueTimes } = first.data.backfillScenario;
  expect(databaseId).toEqual(expect.any(Number));
  const run = await ground.ask(
    'viewer',
    `{ run(id: ${dueTimes[1].runId}) { state source sourceKey dueAt } }`,
  );
  expect(run.data.run).toEqual({
    state: 'WAITING',
    source: 'BACKFILL',
    sourceKey: String(databaseId),
    dueAt: '2026-01-03T00:00:00.000Z',
  });
  const second = await ground.ask('designer', BACKFILL, variables);
  expect(second.data.backfillScenario).toMatchObject({ runCount: 2, firedBeforeCount: 2 });
});

test('a backfill that is too long says how to split it', async () => {
  const { id } = await scenario('* * * * *');
  const { data } = await ground.ask('designer', BACKFILL, { id, to: '2026-01-02T00:00:00Z' });
  expect(data.backfillScenario).toMatchObject({
    __typename: 'ValidationError',
    problems: [{ path: ['to'], message: expect.stringContaining('2026-01-01T16:40:00.000Z') }],
  });
});

test('the queue tells its depth and the oldest wait, and is cancelled whole', async () => {
  const QUEUE = `{ queue(projectId: ${ground.project.id}) { depth waiting queued running oldestQueuedAt oldestWaitSeconds } }`;
  const CANCEL = `mutation { cancelQueue(projectId: ${ground.project.id}) { __typename
    ... on CancelledQueue { cancelled requested } } }`;
  await ground.ask('admin', CANCEL);
  const empty = { depth: 0, waiting: 0, queued: 0, running: 0 };
  expect((await ground.ask('viewer', QUEUE)).data.queue).toEqual({
    ...empty,
    oldestQueuedAt: null,
    oldestWaitSeconds: null,
  });
  const messages = subscribe<any>(
    ground.client('viewer'),
    `subscription { queue(projectId: ${ground.project.id}) { resync queue { depth } } }`,
  );
  const next = async () => (await messages.next()).value.data.queue;
  expect(await next()).toEqual({ resync: true, queue: { depth: 0 } });

  const { id } = await scenario();
  await ground.ask('designer', BACKFILL, { id, to: '2026-01-05T00:00:00Z' });
  let told = await next();
  while (told.queue.depth === 0) told = await next();
  expect(told.queue).toEqual({ depth: 4 });
  const { queue } = (await ground.ask('viewer', QUEUE)).data;
  expect(queue).toMatchObject({ depth: 4, waiting: 3, queued: 1, running: 0 });
  expect(queue.oldestWaitSeconds).toBeGreaterThan(0);
  expect(Date.parse(queue.oldestQueuedAt)).toBeLessThanOrEqual(Date.now());

  expect((await ground.ask('designer', CANCEL)).data.cancelQueue).toMatchObject({
    cancelled: 4,
    requested: 0,
  });
  while (told.queue.depth > 0) told = await next();
  await messages.return?.();
});
