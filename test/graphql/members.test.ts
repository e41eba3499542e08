/** Members and groups over the wire. */
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createProject, createScenario, createToken, createUser } from '#test/support/factories.ts';
import { createGround, subscribe, type Ground } from './ground.ts';
import { withStatements } from './statements.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround({ recheckMs: 100 });
});
afterAll(() => ground[Symbol.asyncDispose]());

const FAILURES = `... on Failure { __typename message }
  ... on ValidationError { problems { at } } ... on Conflict { facts }`;
const MEMBER = `id user { databaseId email name } isService orgRole orgRoleGroups { name }
  projectRoles { project { databaseId } role groups { name } } groups { id name }
  mustResetPassword lastSignInAt deactivatedAt`;

async function command(text: string, variables: Record<string, unknown> = {}, person = 'admin') {
  const { data, errors } = await ground.ask(person as 'admin', text, variables);
  expect(errors).toBeUndefined();
  return Object.values<any>(data)[0];
}

const add = (args: string) =>
  command(
    `mutation { addMember(${args}) { ... on MemberPassword { oneTimePassword member { ${MEMBER} } } ${FAILURES} } }`,
  );

async function signIn(
  username: string,
  password: string,
): Promise<{ status: number; access_token?: string; must_reset_password?: boolean }> {
  const response = await fetch(`${ground.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
}

test('somebody is added, signs in with the password shown once, and changes it', async () => {
  const { member, oneTimePassword } = await add(
    'email: "ada@example.com", name: "Ada Lovelace", role: DESIGNER',
  );
  expect(member).toMatchObject({
    user: { email: 'ada@example.com', name: 'Ada Lovelace' },
    isService: false,
    orgRole: 'DESIGNER',
    projectRoles: [],
    groups: [],
    mustResetPassword: true,
    lastSignInAt: null,
    deactivatedAt: null,
  });
  const session = await signIn('ada@example.com', oneTimePassword);
  expect(session).toMatchObject({ status: 200, must_reset_password: true });
  const headers = { authorization: `Bearer ${session.access_token}` };
  const change = (current: string) =>
    ground.ask(
      null,
      `mutation ($current: String!, $new: String!) { changePassword(current: $current, new: $new) {
         ... on Viewer { mustResetPassword user { name } } ${FAILURES} } }`,
      { current, new: 'a better password' },
      headers,
    );
  expect((await change('wrong')).data.changePassword).toMatchObject({
    __typename: 'ValidationError',
    problems: [{ at: 'current' }],
  });
  expect((await change(oneTimePassword)).data.changePassword).toEqual({
    mustResetPassword: false,
    user: { name: 'Ada Lovelace' },
  });
  expect((await signIn('ada@example.com', 'a better password')).status).toBe(200);
});

test('what is wrong is told by argument', async () => {
  expect(await add('email: "nowhere", name: ""')).toMatchObject({
    problems: [{ at: 'email' }, { at: 'name' }],
  });
});

test('members are listed by name, in pages, found by a part of name or address', async () => {
  const { org } = ground;
  for (const name of ['zoe', 'Bert', 'anna', 'Bert']) {
    await createUser(ground.pool, { orgId: org.id, name: `Listed ${name}` });
  }
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page: any = await command(
      `query ($after: String) { members(first: 3, q: "LISTED", after: $after) {
         totalCount nodes { id user { name } } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    expect(page.totalCount).toBe(4);
    seen.push(...page.nodes.map((node: any) => node.user.name));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  expect(seen).toEqual(['Listed anna', 'Listed Bert', 'Listed Bert', 'Listed zoe']);
  const back = await command(
    `{ members(last: 2, q: "listed") { nodes { user { name } } pageInfo { hasPreviousPage } } }`,
  );
  expect(back).toEqual({
    nodes: [{ user: { name: 'Listed Bert' } }, { user: { name: 'Listed zoe' } }],
    pageInfo: { hasPreviousPage: true },
  });
  const bad = await ground.ask('admin', '{ members(after: "zzz") { totalCount } }');
  expect(bad.errors?.[0]?.extensions['code']).toBe('VALIDATION');
  const escaped = await command('{ members(q: "%") { totalCount } }');
  expect(escaped.totalCount).toBe(0);
});

test('a hundred members with roles and groups cost no more statements than one', async () => {
  const { org, people, pool } = ground;
  const query = `{ members(first: 100, q: "Counted") { totalCount nodes { ${MEMBER} } } }`;
  const one = async () => {
    const project = await createProject(pool, { orgId: org.id, ownerUserId: people.admin.id });
    const user = await createUser(pool, { orgId: org.id, name: 'Counted', role: 'viewer' });
    await pool.query(
      `with g as (insert into "group" (org_id, name) values ($1, $2) returning id),
            p as (insert into group_permission (group_id, project_id, role) select id, $3, 'designer' from g)
       insert into user_group (user_id, group_id) select $4, id from g`,
      [org.id, `counted ${user.id}`, project.id, user.id],
    );
  };
  await one();
  await ground.ask('admin', query);
  const count = async () => {
    const [{ errors }, sent] = await withStatements(() => ground.ask('admin', query));
    expect(errors).toBeUndefined();
    return sent.length;
  };
  const few = await count();
  for (let i = 0; i < 30; i += 1) await one();
  expect(await count()).toBe(few);
});

test('roles and groups are given and taken', async () => {
  const { member } = await add('email: "bob@example.com", name: "Bob"');
  const userId = member.user.databaseId;
  const setRole = (args: string) =>
    command(
      `mutation { setMemberRole(userId: ${userId}, ${args}) { ... on Member { ${MEMBER} } ${FAILURES} } }`,
    );
  const { id: projectId } = ground.project;
  expect(await setRole(`projectId: "Project:${projectId}", role: ANALYST`)).toMatchObject({
    orgRole: null,
    projectRoles: [{ project: { databaseId: projectId }, role: 'ANALYST', groups: [] }],
  });
  const group = await command(
    `mutation { saveGroup(name: "Finance", roles: [{ role: DESIGNER }, { projectId: ${projectId}, role: VIEWER }], userIds: ["User:${userId}"]) {
       ... on Group { id name roles { project { databaseId } role } users { name } } ${FAILURES} } }`,
  );
  expect(group).toMatchObject({
    name: 'Finance',
    roles: [
      { project: null, role: 'DESIGNER' },
      { project: { databaseId: projectId }, role: 'VIEWER' },
    ],
    users: [{ name: 'Bob' }],
  });
  expect(await setRole('role: VIEWER')).toMatchObject({
    __typename: 'Conflict',
    message: expect.stringContaining('Finance (designer)'),
  });
  const { nodes } = await command(`{ members(q: "bob@") { nodes { ${MEMBER} } } }`);
  expect(nodes).toMatchObject([
    { orgRole: 'DESIGNER', orgRoleGroups: [{ name: 'Finance' }], groups: [{ id: group.id }] },
  ]);
  expect((await command('{ groups { id } }')).map((each: any) => each.id)).toContain(group.id);
  const deleted = await command(
    `mutation { deleteGroup(id: "${group.id}") { ... on DeletedGroup { id name } ${FAILURES} } }`,
  );
  expect(deleted).toEqual({ id: group.id, name: 'Finance' });
});

test('whoever owns scenarios is kept with the list of them, or hands them over', async () => {
  const { org, project, pool, people } = ground;
  const user = await createUser(pool, { orgId: org.id });
  const place = { orgId: org.id, projectId: project.id, ownerUserId: user.id };
  const scenario = await createScenario(pool, place);
  const remove = (more = '') =>
    command(
      `mutation { removeMember(userId: ${user.id}${more}) { ... on RemovedMember { id revokedTokens handedOver } ${FAILURES} } }`,
    );
  expect(await remove()).toMatchObject({
    __typename: 'Conflict',
    facts: { scenarios: [{ id: scenario.id, slug: scenario.slug }], projects: [] },
  });
  expect(await remove(`, handTo: "User:${people.designer.id}"`)).toEqual({
    id: `Member:${user.id}`,
    revokedTokens: 0,
    handedOver: 1,
  });
  const owned = await command(`{ scenario(id: ${scenario.id}) { owner { databaseId } version } }`);
  expect(owned).toEqual({ owner: { databaseId: people.designer.id }, version: 2 });
});

test('the last administrator is a conflict', async () => {
  const { pool, people, org } = ground;
  await pool.query(
    `delete from user_group ug using "group" g, group_permission p
      where g.id = ug.group_id and p.group_id = g.id and p.role = 'admin' and g.org_id = $1 and ug.user_id <> $2`,
    [org.id, people.admin.id],
  );
  const removed = await command(
    `mutation { removeMember(userId: ${people.admin.id}, handTo: ${people.designer.id}) { ${FAILURES} } }`,
  );
  expect(removed).toMatchObject({ __typename: 'Conflict', facts: { lastAdministrator: true } });
  const project = await command(`{ project(id: ${ground.project.id}) { owner { databaseId } } }`);
  expect(project.owner.databaseId).toBe(people.admin.id);
});

test('a removed member’s session and socket end at the next check', async () => {
  const { oneTimePassword, member } = await add(
    'email: "eve@example.com", name: "Eve", role: VIEWER',
  );
  const session = await signIn('eve@example.com', oneTimePassword);
  // As if it were a password of her own: one that was handed over opens no subscription.
  await ground.pool.query(`update "user" set must_reset_password = false where email = $1`, [
    'eve@example.com',
  ]);
  const { token } = await createToken(ground.pool, {
    orgId: ground.org.id,
    userId: member.user.databaseId,
  });
  const open = async (bearer: string) => {
    const closed = Promise.withResolvers<{ code: number }>();
    const client = createClient({
      url: `${ground.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${bearer}` },
      on: { closed: (event) => closed.resolve(event as { code: number }) },
    });
    await subscribe(client, 'subscription { schedulerHealth { revision } }').next();
    return { closed: closed.promise };
  };
  const bearers = [session.access_token!, token];
  const sockets = await Promise.all(bearers.map(open));
  const ask = (bearer: string) =>
    ground.ask(null, '{ viewer { role } }', {}, { authorization: `Bearer ${bearer}` });
  for (const bearer of bearers) expect((await ask(bearer)).status).toBe(200);
  await command(`mutation { removeMember(userId: ${member.user.databaseId}) { __typename } }`);
  for (const { closed } of sockets) expect((await closed).code).toBe(4403);
  for (const bearer of bearers) expect((await ask(bearer)).status).toBe(401);
});
