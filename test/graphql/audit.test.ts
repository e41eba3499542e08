/** The audit log over the wire. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordChange } from '#domain/access/audit.ts';
import { createUser } from '#test/support/factories.ts';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
/** Who changed something, and then left. */
let gone: { id: number; email: string };
beforeAll(async () => {
  ground = await createGround();
  const { org, otherOrg, people, pool } = ground;
  gone = await createUser(pool, { orgId: org.id });
  const who = { orgId: org.id, userId: gone.id, address: '192.0.2.7' };
  for (let n = 1; n <= 5; n += 1) {
    await recordChange(pool, who, {
      action: n % 2 === 0 ? 'group.delete' : 'group.update',
      resourceType: 'thing',
      resourceId: n,
      before: { n, password: 'secret one', nested: { api_key: 'secret two' } },
      ...(n % 2 === 1 && { after: { n: n + 1 } }),
    });
  }
  await recordChange(
    pool,
    { orgId: org.id, userId: 0, address: null },
    { action: 'org.update', resourceType: 'other', resourceId: 1 },
  );
  await recordChange(
    pool,
    { orgId: otherOrg.id, userId: people.stranger.id, address: null },
    { action: 'group.update', resourceType: 'thing', resourceId: 1 },
  );
  await pool.query('delete from user_org where user_id = $1', [gone.id]);
  // A day apart, so that a period can lie between them.
  await pool.query(
    `update audit_log set at = '2026-01-01T12:00:00Z'::timestamptz + id * interval '1 day'`,
  );
});
afterAll(() => ground[Symbol.asyncDispose]());

async function log(args: string, fields = 'resourceId') {
  const { data, errors } = await ground.ask(
    'admin',
    `{ auditLog(${args}) { totalCount nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
  );
  expect(errors).toBeUndefined();
  return data.auditLog;
}
const ids = async (args: string) =>
  (await log(args)).nodes.map(({ resourceId }: { resourceId: string }) => Number(resourceId));

test('an entry says who, when, what, from where, before and after, without secrets', async () => {
  const { nodes } = await log(
    'resourceType: "thing", resourceId: "5"',
    'id at user { email name } action resourceType resourceId before after address',
  );
  expect(nodes).toEqual([
    {
      id: expect.stringMatching(/^AuditEntry:\d+$/),
      at: expect.any(String),
      user: { email: gone.email, name: expect.any(String) },
      action: 'group.update',
      resourceType: 'thing',
      resourceId: '5',
      before: { n: 5, password: '[secret]', nested: { api_key: '[secret]' } },
      after: { n: 6 },
      address: '192.0.2.7',
    },
  ]);
});

test('the latest come first, in pages that new entries do not shift', async () => {
  const first = await log('first: 2, resourceType: "thing"');
  expect(first).toMatchObject({ totalCount: 5, nodes: [{ resourceId: '5' }, { resourceId: '4' }] });
  await recordChange(
    ground.pool,
    { orgId: ground.org.id, userId: gone.id, address: null },
    { action: 'org.pause', resourceType: 'late', resourceId: 9 },
  );
  const { endCursor } = first.pageInfo;
  expect(await ids(`first: 9, resourceType: "thing", after: "${endCursor}"`)).toEqual([3, 2, 1]);
});

test('it is asked by action, resource, person and period, and by all at once', async () => {
  expect(await ids('action: "group.delete"')).toEqual([4, 2]);
  expect(await ids('userId: 0')).toEqual([1]);
  expect(await ids(`userId: "User:${gone.id}", action: "group.update"`)).toEqual([5, 3, 1]);
  const { rows } = await ground.pool.query(
    `select at from audit_log where resource_type = 'thing' and org_id = $1 order by id`,
    [ground.org.id],
  );
  const at = (index: number) => rows[index].at.toISOString();
  const thing = 'resourceType: "thing"';
  expect(await ids(`${thing}, from: "${at(1)}", to: "${at(3)}"`)).toEqual([3, 2]);
  expect(await ids(`${thing}, from: "${at(3)}"`)).toEqual([5, 4]);
  expect(await ids(`${thing}, to: "${at(1)}"`)).toEqual([1]);
  expect(await ids(`${thing}, to: "2000-01-01T00:00:00Z"`)).toEqual([]);
  expect(await ids('action: "thing\\u0000"')).toEqual([]);
  expect(await ids(`${thing}, from: "2100-01-01T00:00:00Z"`)).toEqual([]);
});

test('no entry of another organisation is in it, and none is shown to others', async () => {
  const mine = await ground.ask('stranger', '{ auditLog { totalCount nodes { user { email } } } }');
  expect(mine.data.auditLog).toEqual({
    totalCount: 1,
    nodes: [{ user: { email: ground.people.stranger.email } }],
  });
  for (const person of ['designer', 'nobody'] as const) {
    const { errors } = await ground.ask(person, '{ auditLog { nodes { action } } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'org.admin' });
  }
});

test('each way of asking has its index', async () => {
  await ground.pool.query(
    `insert into audit_log (org_id, user_id, at, action, resource_type, resource_id)
     select $1, 1 + n % 50, now() - n * interval '1 minute', 'bulk.' || n % 40, 'bulk', n % 500
       from generate_series(1, 20000) n`,
    [ground.org.id],
  );
  await ground.pool.query('analyze audit_log');
  for (const [condition, index] of [
    ['action = $2', 'audit_log_org_id_action_id_idx'],
    [
      `resource_type = 'bulk' and resource_id = $2`,
      'audit_log_org_id_resource_type_resource_id_id_idx',
    ],
    ['user_id = $2::int', 'audit_log_org_id_user_id_id_idx'],
  ] as const) {
    const { rows } = await ground.pool.query({
      text: `explain select * from audit_log where org_id = $1 and ${condition} order by id desc limit 20`,
      values: [ground.org.id, condition.startsWith('action') ? 'bulk.7' : '7'],
    });
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(index);
  }
});
