/** Members, groups and passwords: who may do what, and what never gets lost on the way. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticate, findPrincipal } from '#domain/access/authenticate.ts';
import { deleteGroup, listGroups, saveGroup } from '#domain/access/groups.ts';
import { signSession } from '#domain/access/jwt.ts';
import { addMember, getMember, roleOn, setMemberRole } from '#domain/access/members.ts';
import { removeMember } from '#domain/access/members-remove.ts';
import { changePassword, resetPassword } from '#domain/access/password-change.ts';
import { may } from '#domain/access/principal.ts';
import { checkPassword, createSignInLimits, signIn as signInAs } from '#domain/access/sign-in.ts';
import { createScenario as saveScenario } from '#domain/scenario/save-scenario.ts';
import {
  createOrg,
  createProject,
  createRun,
  createScenario,
  createToken,
  createUser,
  grant,
  principalOf,
} from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';

let setting: Setting;
let admin: Awaited<ReturnType<Setting['as']>>;
let orgId: number;

beforeAll(async () => {
  setting = await createSetting();
  admin = await setting.as('admin');
  orgId = setting.house.org.id;
});
afterAll(() => setting[Symbol.asyncDispose]());

const jwtSecret = 'a secret of at least thirty-two characters';
const signIn = (username: string, password: string) =>
  checkPassword(
    { pool: setting.pool, jwtSecret, limits: createSignInLimits() },
    { username, password },
    null,
  );
let count = 0;
const add = (more: object = {}) =>
  addMember(setting.pool, admin, {
    email: `new-${++count}@example.com`,
    name: `New ${count}`,
    role: null,
    isService: false,
    ...more,
  });
/** An organisation with one administrator, alone. */
async function alone() {
  const org = await createOrg(setting.pool);
  const boss = await createUser(setting.pool, { orgId: org.id });
  const group = await createUser(setting.pool, { orgId: org.id, role: 'admin' });
  const who = await principalOf(setting.pool, { orgId: org.id, userId: group.id });
  await setMemberRole(setting.pool, who, boss.id, null, 'admin');
  await removeMember(setting.pool, who, group.id);
  return { org, boss, who: await principalOf(setting.pool, { orgId: org.id, userId: boss.id }) };
}

test('somebody new gets a password once, and has to choose another one', async () => {
  const { member, oneTimePassword } = await add({ email: ' Ada@Example.com ', role: 'viewer' });
  expect(member).toMatchObject({ email: 'Ada@Example.com', mustResetPassword: true });
  expect(member.lastSignInAt).toBeNull();
  expect(oneTimePassword).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
  expect(await signIn('ada@example.com', oneTimePassword!)).toMatchObject({
    orgId,
    role: 'viewer',
    mustResetPassword: true,
  });
  const after = await getMember(setting.pool, admin, member.userId);
  expect(after.lastSignInAt).toBeInstanceOf(Date);
  const who = await principalOf(setting.pool, { orgId, userId: member.userId });
  await changePassword(setting.pool, who, { current: oneTimePassword!, next: 'correct horse' });
  expect(await signIn('ada@example.com', 'correct horse')).toMatchObject({
    mustResetPassword: false,
  });
  await expect(signIn('ada@example.com', oneTimePassword!)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

test('an account of another organisation is taken as it is, with its own password and home', async () => {
  const other = await createOrg(setting.pool);
  const user = await createUser(setting.pool, { orgId: other.id, password: 'their own one' });
  const { member, oneTimePassword } = await add({ email: user.email.toUpperCase(), name: 'X' });
  expect(oneTimePassword).toBeNull();
  expect(member).toMatchObject({ userId: user.id, name: user.name, mustResetPassword: false });
  expect((await signIn(user.email, 'their own one')).orgId).toBe(other.id);
  await expect(add({ email: user.email })).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a service has no password, and a person never becomes one', async () => {
  const { member, oneTimePassword } = await add({ isService: true });
  expect([member.isService, member.mustResetPassword, oneTimePassword]).toEqual([
    true,
    false,
    null,
  ]);
  await expect(resetPassword(setting.pool, admin, member.userId)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  const outside = await createUser(setting.pool, { isService: true });
  await expect(add({ email: outside.email })).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('what is wrong with a new member is told all at once', async () => {
  await expect(add({ email: 'nowhere', name: ' ' })).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [{ path: ['email'] }, { path: ['name'] }],
  });
});

test('a role of one’s own counts from the next request on, beside those of groups', async () => {
  const { member } = await add();
  const { userId } = member;
  const now = () => principalOf(setting.pool, { orgId, userId });
  await setMemberRole(setting.pool, admin, userId, setting.projectId, 'designer');
  expect(may(await now(), 'project.edit', setting.projectId)).toBe(true);
  expect(may(await now(), 'project.view', null)).toBe(false);
  const both = await setMemberRole(setting.pool, admin, userId, null, 'viewer');
  expect(roleOn(both, null)).toEqual({ role: 'viewer', groupIds: [] });
  expect(roleOn(both, setting.projectId)).toEqual({ role: 'designer', groupIds: [] });
  const none = await setMemberRole(setting.pool, admin, userId, setting.projectId, null);
  expect(roleOn(none, setting.projectId)).toBeNull();
  expect(none.groupIds).toEqual([]);
  const names = (await listGroups(setting.pool, admin)).map(({ name }) => name);
  expect(names.some((name) => name.startsWith('user:'))).toBe(false);
});

test('a role that a group gives is not taken by giving less: the answer names the group', async () => {
  const user = await createUser(setting.pool, { orgId, role: 'designer' });
  await expect(setMemberRole(setting.pool, admin, user.id, null, 'viewer')).rejects.toMatchObject({
    code: 'CONFLICT',
    facts: { groups: [{ name: expect.stringMatching(/^group-/) }] },
  });
  const more = await setMemberRole(setting.pool, admin, user.id, null, 'admin');
  expect(roleOn(more, null)).toEqual({ role: 'admin', groupIds: [] });
  const back = await setMemberRole(setting.pool, admin, user.id, null, null);
  expect(roleOn(back, null)).toMatchObject({ role: 'designer', groupIds: [expect.any(Number)] });
});

test('a group is made, changed and deleted whole', async () => {
  const { member } = await add();
  const projectId = setting.projectId;
  const input = { id: null, name: 'Finance', roles: [], userIds: [member.userId, member.userId] };
  const made = await saveGroup(setting.pool, admin, {
    ...input,
    roles: [{ projectId, role: 'analyst' }],
  });
  expect(made).toMatchObject({ userIds: [member.userId], roles: [{ projectId, role: 'analyst' }] });
  const joined = await getMember(setting.pool, admin, member.userId);
  expect([joined.groupIds, roleOn(joined, projectId)]).toEqual([
    [made.id],
    { role: 'analyst', groupIds: [made.id] },
  ]);
  const emptied = await saveGroup(setting.pool, admin, { ...input, id: made.id, userIds: [] });
  expect(emptied).toEqual({ id: made.id, name: 'Finance', roles: [], userIds: [] });
  await expect(saveGroup(setting.pool, admin, input)).rejects.toMatchObject({ code: 'CONFLICT' });
  await deleteGroup(setting.pool, admin, made.id);
  await expect(deleteGroup(setting.pool, admin, made.id)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('what is wrong with a group is told all at once, strangers included', async () => {
  const { people, otherProject } = setting.house;
  await expect(
    saveGroup(setting.pool, admin, {
      id: null,
      name: 'user:7',
      roles: [
        { projectId: otherProject.id, role: 'viewer' },
        { projectId: null, role: 'viewer' },
        { projectId: null, role: 'admin' },
      ],
      userIds: [people.stranger.id],
    }),
  ).rejects.toMatchObject({
    problems: [
      { path: ['name'] },
      { path: ['roles', 0, 'projectId'] },
      { path: ['roles', 2, 'projectId'] },
      { path: ['userIds', 0] },
    ],
  });
});

test('the last administrator stays one, whatever way is tried', async () => {
  const { org, boss, who } = await alone();
  const last = { code: 'CONFLICT', facts: { lastAdministrator: true } };
  const { pool } = setting;
  await expect(removeMember(pool, who, boss.id)).rejects.toMatchObject(last);
  await expect(setMemberRole(pool, who, boss.id, null, null)).rejects.toMatchObject(last);
  await expect(setMemberRole(pool, who, boss.id, null, 'designer')).rejects.toMatchObject(last);
  // A service cannot sign in and mend anything.
  const { member: service } = await addMember(pool, who, {
    email: 'robot@example.com',
    name: 'Robot',
    role: 'admin',
    isService: true,
  });
  expect(roleOn(service, null)?.role).toBe('admin');
  await expect(removeMember(pool, who, boss.id)).rejects.toMatchObject(last);
  const group = await saveGroup(pool, who, {
    id: null,
    name: 'Administrators',
    roles: [{ projectId: null, role: 'admin' }],
    userIds: [boss.id],
  });
  await setMemberRole(pool, who, boss.id, null, null);
  await expect(deleteGroup(pool, who, group.id)).rejects.toMatchObject(last);
  const emptied = { ...group, userIds: [] };
  await expect(saveGroup(pool, who, emptied)).rejects.toMatchObject(last);
  expect(may(await principalOf(pool, { orgId: org.id, userId: boss.id }), 'org.admin', null)).toBe(
    true,
  );
});

test('two administrators who lower each other at once leave one', async () => {
  const { org, boss, who } = await alone();
  const second = await createUser(setting.pool, { orgId: org.id });
  await setMemberRole(setting.pool, who, second.id, null, 'admin');
  const other = await principalOf(setting.pool, { orgId: org.id, userId: second.id });
  const outcomes = await Promise.allSettled([
    setMemberRole(setting.pool, who, second.id, null, null),
    setMemberRole(setting.pool, other, boss.id, null, null),
  ]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('whoever leaves loses tokens and roles of this organisation and keeps those of others', async () => {
  const other = await createOrg(setting.pool);
  const user = await createUser(setting.pool, { orgId: other.id, role: 'viewer' });
  await add({ email: user.email, role: 'designer' });
  await grant(setting.pool, { orgId, userId: user.id, role: 'analyst' });
  const [here, there] = [
    await createToken(setting.pool, { orgId, userId: user.id }),
    await createToken(setting.pool, { orgId: other.id, userId: user.id }),
  ];
  const enter = ({ token }: { token: string }) =>
    authenticate(setting.pool, { authorization: `Bearer ${token}` }, { jwtSecret });
  expect((await enter(here)).orgRole).toBe('designer');
  expect(await removeMember(setting.pool, admin, user.id)).toEqual({
    userId: user.id,
    revokedTokens: 1,
    handedOver: 0,
  });
  await expect(enter(here)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect((await enter(there)).orgRole).toBe('viewer');
  // Taken in again they begin with nothing.
  expect((await add({ email: user.email })).member.grants).toEqual([]);
});

test('who owns something stays until it is said who owns it then', async () => {
  const { pool, projectId, house } = setting;
  const user = await createUser(pool, { orgId });
  const place = { orgId, projectId, ownerUserId: user.id };
  const scenario = await createScenario(pool, { ...place, trigger: { cron: '@daily' } });
  const queued = await createRun(pool, { ...place, scenarioId: scenario.id, state: 'queued' });
  const over = await createRun(pool, { ...place, scenarioId: scenario.id });
  const project = await createProject(pool, { orgId, ownerUserId: user.id });
  await expect(removeMember(pool, admin, user.id)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: `They own ${house.project.slug}/${scenario.slug}, project ${project.slug}; say who owns them from now on.`,
    facts: {
      scenarios: [{ id: scenario.id, slug: scenario.slug, project: house.project.slug }],
      projects: [{ id: project.id, slug: project.slug }],
    },
  });
  for (const handTo of [user.id, house.people.stranger.id]) {
    await expect(removeMember(pool, admin, user.id, { handTo })).rejects.toMatchObject({
      problems: [{ path: ['handTo'] }],
    });
  }
  await getMember(pool, admin, user.id);
  const handTo = house.people.designer.id;
  expect(await removeMember(pool, admin, user.id, { handTo })).toMatchObject({ handedOver: 1 });
  const owners = await setting.rows(
    `select (select owner_user_id from scenario where id = $1) as scenario,
            (select config->>'ownerUserId' from scenario_version where scenario_id = $1 and version = 2)::int as version,
            (select owner_user_id from run where id = $2) as queued,
            (select owner_user_id from run where id = $3) as over,
            (select owner_user_id from project where id = $4) as project`,
    [scenario.id, queued.id, over.id, project.id],
  );
  expect(owners).toEqual([
    { scenario: handTo, version: handTo, queued: handTo, over: user.id, project: handTo },
  ]);
});

test('a scenario that changed hands has the version that saving it would have made', async () => {
  const user = await createUser(setting.pool, { orgId, role: 'designer' });
  const who = await principalOf(setting.pool, { orgId, userId: user.id });
  const { id } = await saveScenario(setting.deps, who, setting.projectId, {
    name: 'Theirs',
    trigger: { cron: '@daily' },
    steps: [NOTE],
    policies: { priority: 3 },
  });
  const handTo = setting.house.people.admin.id;
  await removeMember(setting.pool, admin, user.id, { handTo });
  const [first, second] = await setting.rows(
    'select config from scenario_version where scenario_id = $1 order by version',
    [id],
  );
  expect(second.config).toEqual({ ...first.config, ownerUserId: handTo });
});

test('a password changes only for one who knows it, and only to a better one', async () => {
  const user = await createUser(setting.pool, { orgId, password: 'the old one' });
  const who = await principalOf(setting.pool, { orgId, userId: user.id });
  const change = (current: string, next: string) =>
    changePassword(setting.pool, who, { current, next });
  await expect(change('wrong', 'short')).rejects.toMatchObject({
    problems: [{ path: ['current'] }, { path: ['new'] }],
  });
  await expect(change('the old one', 'the old one')).rejects.toMatchObject({
    problems: [{ path: ['new'] }],
  });
  await expect(change('the old one', user.email)).rejects.toMatchObject({
    problems: [{ path: ['new'] }],
  });
  await change('the old one', 'the new one');
  await signIn(user.email, 'the new one');
});

test('nobody guesses a password in a browser that was left open', async () => {
  const user = await createUser(setting.pool, { orgId, password: 'the old one' });
  const who = await principalOf(setting.pool, { orgId, userId: user.id });
  const change = (current: string) =>
    changePassword(setting.pool, who, { current, next: 'the new one' });
  for (let i = 0; i < 5; i += 1) {
    await expect(change(`guess ${i}`)).rejects.toMatchObject({ code: 'VALIDATION' });
  }
  await expect(change('the old one')).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    facts: { retryAfterSeconds: expect.any(Number) },
  });
});

test('a limited token changes no password', async () => {
  const user = await createUser(setting.pool, { orgId, password: 'the old one' });
  const who = await principalOf(setting.pool, { orgId, userId: user.id, scopes: ['admin'] });
  await expect(
    changePassword(setting.pool, who, { current: 'the old one', next: 'the new one' }),
  ).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('a password that is handed over ends the sessions of the one before', async () => {
  const user = await createUser(setting.pool, { orgId, password: 'the old one' });
  const session = { userId: user.id, orgId, role: null };
  const enter = (token: string) =>
    authenticate(setting.pool, { authorization: `Bearer ${token}` }, { jwtSecret });
  const old = await signSession(session, jwtSecret);
  await enter(old);
  await resetPassword(setting.pool, admin, user.id);
  // Also one that began within the same second.
  await expect(enter(old)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  // Who owns a scenario is no session.
  expect(await findPrincipal(setting.pool, { userId: user.id, orgId })).not.toBeNull();
});

test('a password that is changed ends the sessions of the one before, whenever they began', async () => {
  const user = await createUser(setting.pool, { orgId, password: 'the old one' });
  const enter = (token: string) =>
    authenticate(setting.pool, { authorization: `Bearer ${token}` }, { jwtSecret });
  const deps = () => ({ pool: setting.pool, jwtSecret, limits: createSignInLimits() });
  const give = async (password: string) => {
    const { accessToken } = await signInAs(deps(), { username: user.email, password }, null);
    return accessToken;
  };
  const old = await give('the old one');
  const who = await enter(old);
  await changePassword(setting.pool, who, { current: 'the old one', next: 'the new one' });
  await expect(enter(old)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  // At once, within the same second.
  await enter(await give('the new one'));
});

test('an administrator opens no account that belongs elsewhere too', async () => {
  const other = await createOrg(setting.pool);
  const user = await createUser(setting.pool, { orgId: other.id, password: 'their own one' });
  await add({ email: user.email });
  await expect(resetPassword(setting.pool, admin, user.id)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  await signIn(user.email, 'their own one');
});

test('every change is in the audit log with before and after, and no secret is', async () => {
  const { member, oneTimePassword } = await add({ role: 'viewer' });
  const { userId } = member;
  await setMemberRole(setting.pool, admin, userId, null, 'designer');
  const reset = await resetPassword(setting.pool, admin, userId);
  const who = await principalOf(setting.pool, { orgId, userId });
  await changePassword(setting.pool, who, {
    current: reset.oneTimePassword!,
    next: 'S3cret words',
  });
  await removeMember(setting.pool, admin, userId);
  const entries = await setting.rows(
    `select action, user_id as by, before, after from audit_log
      where resource_type = 'member' and resource_id = $1 order by id`,
    [String(userId)],
  );
  expect(entries).toMatchObject([
    { action: 'member.add', before: null, after: { roles: [{ role: 'viewer', group: null }] } },
    {
      action: 'member.role',
      before: { roles: [{ role: 'viewer' }] },
      after: { roles: [{ role: 'designer' }] },
    },
    { action: 'member.reset_password' },
    { action: 'member.change_password', by: userId },
    { action: 'member.remove', before: { roles: [{ role: 'designer' }] }, after: { handTo: null } },
  ]);
  const all = JSON.stringify(await setting.rows('select * from audit_log'));
  const passwords = [oneTimePassword!, reset.oneTimePassword!, 'S3cret words', '$argon2id'];
  for (const password of passwords) expect(all).not.toContain(password);
});
