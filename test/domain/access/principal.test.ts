/** What roles and scopes grant, as a table. */
import { expect, test } from 'vitest';
import {
  may,
  permit,
  permitOrg,
  visibleProjects,
  type Principal,
} from '#domain/access/principal.ts';

const who = (given: Partial<Principal>): Principal => ({
  userId: 1,
  email: 'a@example.com',
  name: 'A',
  orgId: 1,
  defaultProjectId: null,
  orgRole: null,
  projectRoles: new Map(),
  scopes: [],
  tokenId: null,
  address: null,
  mustResetPassword: false,
  ...given,
});

test.each([
  ['viewer', [true, false, false]],
  ['analyst', [true, false, false]],
  ['designer', [true, true, false]],
  ['admin', [true, true, true]],
] as const)('the role %s over the organisation grants view, edit, admin: %j', (orgRole, grants) => {
  const asked = ['project.view', 'project.edit', 'org.admin'] as const;
  expect(asked.map((permission) => may(who({ orgRole }), permission, 7))).toEqual(grants);
});

test.each([
  [[], [true, true, true]],
  [['read'], [true, false, false]],
  [['write'], [true, true, false]],
  [['admin'], [true, true, true]],
] as const)('the scopes %j let an administrator view, edit, administer: %j', (scopes, grants) => {
  const admin = who({ orgRole: 'admin', scopes: [...scopes] });
  const asked = ['project.view', 'project.edit', 'org.admin'] as const;
  expect(asked.map((permission) => may(admin, permission, null))).toEqual(grants);
});

test('a role on one project reaches no other, and never the organisation', () => {
  const one = who({ projectRoles: new Map([[7, 'admin']]) });
  expect(may(one, 'project.edit', 7)).toBe(true);
  expect(may(one, 'project.view', 8)).toBe(false);
  expect(may(one, 'project.view', null)).toBe(false);
  expect(may(one, 'org.admin', 7)).toBe(false);
  expect(visibleProjects(one)).toEqual([7]);
  expect(visibleProjects(who({ orgRole: 'viewer' }))).toBeNull();
});

test('what may not be seen does not exist, what may be seen is forbidden', () => {
  const target = { type: 'scenario', id: 3 };
  expect(() => permit(who({}), 'project.edit', 7, target)).toThrow(
    expect.objectContaining({ code: 'NOT_FOUND' }),
  );
  expect(() => permit(who({ orgRole: 'viewer' }), 'project.edit', 7, target)).toThrow(
    expect.objectContaining({
      code: 'FORBIDDEN',
      facts: { permission: 'project.edit', targetId: 3 },
    }),
  );
});

test('whoever has to choose a password first may nothing, and is told why', () => {
  const admin = who({ orgRole: 'admin', mustResetPassword: true });
  for (const permission of ['project.view', 'project.edit', 'org.admin'] as const) {
    expect(may(admin, permission, 7)).toBe(false);
  }
  const told = expect.objectContaining({
    code: 'FORBIDDEN',
    message: expect.stringContaining('choose one of your own first'),
  });
  expect(() => permit(admin, 'project.view', 7, { type: 'scenario', id: 3 })).toThrow(told);
  expect(() => permitOrg(admin)).toThrow(told);
  expect(() => visibleProjects(admin)).toThrow(told);
});
