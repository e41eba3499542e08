/** Access tokens over the wire. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToken, createUser } from '#test/support/factories.ts';
import { createGround, type Ground, type Person } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const FAILURES = `... on Failure { __typename message } ... on ValidationError { problems { at } }`;
const TOKEN = `id databaseId name prefix scopes isMine isInUse user { email } project { databaseId } expiresAt revokedAt`;

const issue = async (person: Person, args: string, headers = {}) =>
  (
    await ground.ask(
      Object.keys(headers).length > 0 ? null : person,
      `mutation { issueToken(${args}) { ... on IssuedToken { text token { ${TOKEN} } } ${FAILURES} } }`,
      {},
      headers,
    )
  ).data.issueToken;
const list = async (person: Person): Promise<any[]> =>
  (await ground.ask(person, `{ tokens { ${TOKEN} lastUsedAt } }`)).data.tokens;

test('a token’s text is shown once, opens what it is limited to, and ends when it is revoked', async () => {
  const { text, token } = await issue(
    'designer',
    `name: "CI", scopes: [READ], projectId: ${ground.project.id}, expiresAt: "2199-01-01T00:00:00Z"`,
  );
  expect(text).toMatch(/^hf_/);
  expect(token).toMatchObject({
    name: 'CI',
    prefix: text.slice(0, 9),
    scopes: ['READ'],
    isMine: true,
    isInUse: false,
    project: { databaseId: ground.project.id },
    expiresAt: '2199-01-01T00:00:00.000Z',
    revokedAt: null,
  });
  const headers = { authorization: `Bearer ${text}` };
  const inUse = await ground.ask(null, '{ tokens { id isInUse } }', {}, headers);
  expect(inUse.data.tokens).toContainEqual({ id: token.id, isInUse: true });
  expect(await issue('designer', 'name: "wider"', headers)).toMatchObject({
    __typename: 'Forbidden',
  });
  const listed = (await list('designer')).find(({ id }) => id === token.id);
  expect(listed.lastUsedAt).not.toBeNull();
  expect(JSON.stringify(await list('designer'))).not.toContain(text);
  const { data } = await ground.ask(
    'designer',
    `mutation { revokeToken(id: "${token.id}") { ... on Token { revokedAt } ${FAILURES} } }`,
  );
  expect(data.revokeToken.revokedAt).not.toBeNull();
  expect((await ground.ask(null, '{ viewer { role } }', {}, headers)).status).toBe(401);
});

test('everybody sees their own, an administrator those of all, a stranger none of these', async () => {
  const { token } = await issue('viewer', 'name: "mine"');
  const sees = async (person: Person) => (await list(person)).some(({ id }) => id === token.id);
  expect(await sees('viewer')).toBe(true);
  expect(await sees('admin')).toBe(true);
  expect(await sees('analyst')).toBe(false);
  expect(await sees('stranger')).toBe(false);
  const byAdmin = (await list('admin')).find(({ id }) => id === token.id);
  expect(byAdmin).toMatchObject({ isMine: false, user: { email: ground.people.viewer.email } });
});

test('what is wrong is told by argument', async () => {
  const answer = await issue('viewer', 'name: " ", expiresAt: "2020-01-01T00:00:00Z"');
  expect(answer).toMatchObject({ problems: [{ at: 'name' }, { at: 'expiresAt' }] });
});

test('the audit log has the tokens that came and went, and neither text nor hash', async () => {
  const { text, token } = await issue('viewer', 'name: "audited"');
  // Again changes nothing, so it says nothing.
  for (let i = 0; i < 2; i += 1) {
    await ground.ask('viewer', `mutation { revokeToken(id: "${token.id}") { __typename } }`);
  }
  const { rows } = await ground.pool.query(
    `select action, before, after, a::text as all, (select token_hash from api_token where id = $1::int) as hash
       from audit_log a where resource_type = 'token' and resource_id = $1::text order by id`,
    [token.databaseId],
  );
  expect(rows.map(({ action }) => action)).toEqual(['token.issue', 'token.revoke']);
  expect(rows[1]).toMatchObject({
    before: { name: 'audited', revokedAt: null },
    after: { name: 'audited', revokedAt: expect.any(String) },
  });
  for (const row of rows) {
    expect(row.all).not.toContain(text);
    expect(row.all).not.toContain(row.hash);
  }
});

test('a token of another organisation is not found', async () => {
  const { people, otherOrg, pool } = ground;
  const { id } = await createToken(pool, { orgId: otherOrg.id, userId: people.stranger.id });
  const { data } = await ground.ask('admin', `mutation { revokeToken(id: ${id}) { ${FAILURES} } }`);
  expect(data.revokeToken.__typename).toBe('NotFound');
});

test('an administrator issues tokens to services, and to nobody else', async () => {
  const { org, otherOrg, people, pool } = ground;
  const service = await createUser(pool, { orgId: org.id, role: 'viewer', isService: true });
  const foreign = await createUser(pool, { orgId: otherOrg.id, isService: true });
  const { text, token } = await issue('admin', `name: "Nightly", serviceId: "User:${service.id}"`);
  expect(token).toMatchObject({ isMine: false, user: { email: service.email } });
  const headers = { authorization: `Bearer ${text}` };
  const { data } = await ground.ask(null, '{ viewer { role user { databaseId } } }', {}, headers);
  expect(data.viewer).toEqual({ role: 'VIEWER', user: { databaseId: service.id } });
  const refused = async (person: Person, id: number) =>
    (await issue(person, `name: "x", serviceId: ${id}`)).__typename;
  expect(await refused('designer', service.id)).toBe('Forbidden');
  expect(await refused('admin', people.viewer.id)).toBe('NotFound');
  expect(await refused('admin', foreign.id)).toBe('NotFound');
});
