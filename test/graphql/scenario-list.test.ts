/** The list of scenarios in every order, page by page, forwards and backwards. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createScenario } from '#test/support/factories.ts';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;
const made: { id: number; name: string; nextDueAt: number | null }[] = [];
beforeAll(async () => {
  ground = await createGround();
  const soon = Date.parse('2030-01-01T00:00:00Z');
  for (let n = 0; n < 13; n += 1) {
    // Some share a name, some a due time, some have none.
    const name = `${n % 2 ? 'name' : 'Name'} ${(n * 7) % 5}`;
    const nextDueAt = n % 4 === 3 ? null : soon + ((n * 5) % 6) * 1000;
    const { id } = await createScenario(ground.pool, {
      orgId: ground.org.id,
      projectId: ground.project.id,
      ownerUserId: ground.people.admin.id,
      name,
      ...(nextDueAt !== null && { nextDueAt: new Date(nextDueAt) }),
    });
    made.push({ id, name, nextDueAt });
  }
});
afterAll(() => ground[Symbol.asyncDispose]());

const EXPECTED = {
  NEWEST: () => made.toSorted((a, b) => b.id - a.id),
  NAME: () =>
    made.toSorted(
      (a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()) || a.id - b.id,
    ),
  NEXT_DUE: () =>
    made.toSorted((a, b) => (a.nextDueAt ?? Infinity) - (b.nextDueAt ?? Infinity) || a.id - b.id),
} as const;
// Infinity less Infinity is no number, so those without a due time compare by id.
const expectedIds = (order: keyof typeof EXPECTED) => EXPECTED[order]().map(({ id }) => id);

const LIST = `query ($orderBy: ScenarioOrder!, $first: Int, $after: String, $last: Int, $before: String) {
  scenarios(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { databaseId owner { name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const list = async (variables: object) => {
  const { data, errors } = await ground.ask('viewer', LIST, { ...variables });
  expect(errors).toBeUndefined();
  return data.scenarios;
};
const idsOf = (page: { edges: { node: { databaseId: number } }[] }) =>
  page.edges.map(({ node }) => node.databaseId);

describe.each(Object.keys(EXPECTED) as (keyof typeof EXPECTED)[])('%s', (orderBy) => {
  test('pages forwards without gaps or repeats', async () => {
    const seen: number[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const page: Awaited<ReturnType<typeof list>> = await list({ orderBy, first: 3, after });
      expect(page.totalCount).toBe(13);
      seen.push(...idsOf(page));
      more = page.pageInfo.hasNextPage;
      after = page.pageInfo.endCursor;
    }
    expect(seen).toEqual(expectedIds(orderBy));
  });

  test('pages backwards without gaps or repeats', async () => {
    const seen: number[] = [];
    let before: string | null = null;
    for (let more = true; more;) {
      const page: Awaited<ReturnType<typeof list>> = await list({ orderBy, last: 4, before });
      seen.unshift(...idsOf(page));
      more = page.pageInfo.hasPreviousPage;
      before = page.pageInfo.startCursor;
    }
    expect(seen).toEqual(expectedIds(orderBy));
  });

  test('a cursor of another order is refused with a reason', async () => {
    const other = orderBy === 'NAME' ? 'NEWEST' : 'NAME';
    const page = await list({ orderBy: other, first: 1 });
    for (const after of [page.pageInfo.endCursor, 'nonsense', 'bnVsbA']) {
      const { errors } = await ground.ask('viewer', LIST, { orderBy, after });
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'VALIDATION',
        problems: [{ path: ['after'], message: expect.stringMatching(/no list/) }],
      });
    }
  });
});

test('a due time that moves on between two pages lets none be left out', async () => {
  const first = await list({ orderBy: 'NEXT_DUE', first: 4 });
  const last = idsOf(first).at(-1);
  await ground.pool.query(
    `update scenario set next_due_at = next_due_at + interval '1 year' where id = $1`,
    [last],
  );
  const rest = await list({
    orderBy: 'NEXT_DUE',
    first: 20,
    after: first.pageInfo.endCursor,
  });
  const seen = [...idsOf(first), ...idsOf(rest)];
  expect(new Set(seen)).toEqual(new Set(made.map(({ id }) => id)));
  await ground.pool.query(
    `update scenario set next_due_at = next_due_at - interval '1 year' where id = $1`,
    [last],
  );
});

test('a page has up to 500 entries, and what it costs is counted', async () => {
  await ground.pool.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, steps)
     select $1, $2, $3, 'more-' || n, 'more ' || n, '[]' from generate_series(1, 600) n`,
    [ground.org.id, ground.project.id, ground.people.admin.id],
  );
  const row = `id databaseId slug name state enabled zone nextDueAt version updatedAt stepKinds canEdit`;
  const { data, errors } = await ground.ask(
    'viewer',
    `{ scenarios(first: 100000, orderBy: NAME) { totalCount pageInfo { hasNextPage } nodes { ${row} } } }`,
  );
  expect(errors).toBeUndefined();
  expect(data.scenarios).toMatchObject({ totalCount: 613, pageInfo: { hasNextPage: true } });
  expect(data.scenarios.nodes).toHaveLength(500);
  const tooMuch = `{ scenarios(first: 500) { nodes { ${row} recentRuns { id state } } } }`;
  expect((await ground.ask('viewer', tooMuch)).errors?.[0]?.extensions['code']).toBe('TOO_LARGE');
  const inReach = `{ scenarios(first: 100) { nodes { ${row} recentRuns { id state dueAt startedAt finishedAt } } } }`;
  expect((await ground.ask('viewer', inReach)).errors).toBeUndefined();
});

test('asked by ids it answers those of them that there are', async () => {
  const byIds = `query ($ids: [ID!]!) { scenarios(filter: { ids: $ids }) { totalCount nodes { databaseId } } }`;
  const [a, b] = [made[0]!, made[1]!];
  const { data } = await ground.ask('viewer', byIds, { ids: [`Scenario:${a.id}`, b.id, 999_999] });
  expect(data.scenarios).toEqual({
    totalCount: 2,
    nodes: [{ databaseId: b.id }, { databaseId: a.id }],
  });
  const { errors } = await ground.ask('viewer', byIds, { ids: ['Run:1'] });
  expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION' } }]);
});
