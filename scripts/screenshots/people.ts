/** People, groups and tokens beside those of the demo: names that do not fit, more than a page of members, tokens in
 *  every state. */
import type { Stage } from './stage.ts';

export type People = {
  /** Somebody who has to choose a password still. */
  readonly newcomer: { readonly email: string; readonly password: string };
};

const LONG =
  'Maximiliana Konstantinopolitanskaya-Featherstonehaugh of the North-Western Reordering';
const ROLES = [null, 'VIEWER', 'DESIGNER', 'ADMIN'];
const CROWD = 30;
const DAY_MS = 86_400_000;

type Added = {
  readonly member: { readonly user: { readonly databaseId: number } };
  readonly oneTimePassword: string | null;
};

export async function layPeople(stage: Stage, projectIds: readonly string[]): Promise<People> {
  const email = (n: number) => `person-${n}@shops.example`;
  const names = [LONG, ...Array.from({ length: CROWD }, (_, n) => `Colleague ${n + 1}`)];
  const added: Added[] = [];
  for (const [n, name] of names.entries()) {
    added.push(await addMember(stage, { email: email(n), name, role: ROLES[n % ROLES.length]! }));
  }
  const ids = added.map(({ member }) => String(member.user.databaseId));
  const roles = projectIds.map((projectId) => ({ projectId, role: 'ANALYST' }));
  const groups = { Finance: roles.slice(0, 1), [`Everybody who reads for ${LONG}`]: roles };
  for (const [name, given] of Object.entries(groups)) {
    await stage.ask(
      `mutation ($name: String!, $roles: [GroupRoleInput!]!, $userIds: [ID!]!) {
         saveGroup(name: $name, roles: $roles, userIds: $userIds) { __typename } }`,
      { name, roles: given, userIds: ids.slice(0, 6) },
    );
  }
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
  await issueToken(stage, { name: 'Nightly export', scopes: ['READ'], expiresAt: inDays(90) });
  await issueToken(stage, { name: `Deploys for ${LONG}`.slice(0, 100), expiresAt: inDays(3) });
  const id = await issueToken(stage, { name: 'Old script', scopes: ['WRITE'] });
  await stage.ask('mutation ($id: ID!) { revokeToken(id: $id) { __typename } }', { id });
  return { newcomer: { email: email(1), password: added[1]!.oneTimePassword! } };
}

async function addMember({ ask }: Stage, variables: Record<string, unknown>): Promise<Added> {
  const { added } = await ask<{ added: Added }>(
    `mutation ($email: String!, $name: String!, $role: Role) {
       added: addMember(email: $email, name: $name, role: $role) {
         ... on MemberPassword { oneTimePassword member { user { databaseId } } } } }`,
    variables,
  );
  return added;
}

async function issueToken({ ask }: Stage, variables: Record<string, unknown>): Promise<string> {
  const { issued } = await ask<{ issued: { token: { id: string } } }>(
    `mutation ($name: String!, $scopes: [Scope!], $expiresAt: DateTime) {
       issued: issueToken(name: $name, scopes: $scopes, expiresAt: $expiresAt) {
         ... on IssuedToken { token { id } } } }`,
    variables,
  );
  return issued.token.id;
}
