/** Settings of the organisation and of projects over the wire. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, createScenario } from '#test/support/factories.ts';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const FAILURES = `... on Failure { __typename message } ... on ValidationError { problems { at } } ... on Conflict { facts }`;
const ORG = 'name timezone allowedRecipientDomains runRetentionDays eventRetentionDays';

async function command(text: string, person: 'admin' | 'designer' = 'admin') {
  const { data, errors } = await ground.ask(person, text);
  expect(errors).toBeUndefined();
  return Object.values<any>(data)[0];
}

test('the organisation’s settings are read by everybody and changed by administrators', async () => {
  const { data } = await ground.ask('viewer', `{ organisation { ${ORG} } }`);
  expect(data.organisation).toMatchObject({
    allowedRecipientDomains: [],
    runRetentionDays: 365,
    eventRetentionDays: 30,
  });
  const change = `updateOrganisation(timezone: "asia/jakarta", allowedRecipientDomains: ["Example.com"], eventRetentionDays: 7)`;
  expect(
    await command(`mutation { ${change} { ... on Organisation { ${ORG} } ${FAILURES} } }`),
  ).toEqual({
    name: data.organisation.name,
    timezone: 'Asia/Jakarta',
    allowedRecipientDomains: ['example.com'],
    runRetentionDays: 365,
    eventRetentionDays: 7,
  });
  const refused = await command(`mutation { ${change} { ${FAILURES} } }`, 'designer');
  expect(refused.__typename).toBe('Forbidden');
  const wrong = await command(
    `mutation { updateOrganisation(timezone: "Mars", runRetentionDays: 0) { ${FAILURES} } }`,
  );
  expect(wrong.problems).toEqual([{ at: 'timezone' }, { at: 'runRetentionDays' }]);
});

test('null is a value where a project inherits or has no limit, and what is left out stays', async () => {
  const { org, people, pool } = ground;
  const { id } = await createProject(pool, { orgId: org.id, ownerUserId: people.admin.id });
  const update = (args: string, person?: 'designer') =>
    command(
      `mutation { updateProject(id: ${id}, ${args}) {
         ... on Project { name timezone zone maxRunning dbtFolder owner { databaseId } } ${FAILURES} } }`,
      person,
    );
  const owner = { databaseId: people.designer.id };
  const all = `name: "Shop", timezone: "Europe/Berlin", maxRunning: 3, dbtFolder: "shop/dbt", ownerUserId: "User:${owner.databaseId}"`;
  const set = {
    name: 'Shop',
    timezone: 'Europe/Berlin',
    zone: 'Europe/Berlin',
    maxRunning: 3,
    dbtFolder: 'shop/dbt',
    owner,
  };
  expect(await update(all)).toEqual(set);
  expect(await update('name: "Shop 2"', 'designer')).toEqual({ ...set, name: 'Shop 2' });
  expect(await update('timezone: null, maxRunning: null, dbtFolder: null')).toMatchObject({
    name: 'Shop 2',
    timezone: null,
    maxRunning: null,
    dbtFolder: null,
  });
  expect(await update('maxRunning: 1', 'designer')).toMatchObject({ __typename: 'Forbidden' });
});

test('what goes with a project is shown, then its slug is asked for, then it is gone', async () => {
  const { org, people, pool } = ground;
  const ownerUserId = people.admin.id;
  const { id, slug } = await createProject(pool, { orgId: org.id, ownerUserId });
  const scenario = await createScenario(pool, { orgId: org.id, projectId: id, ownerUserId });
  expect(await command(`{ projectDependants(id: ${id}) { kind count names } }`)).toEqual([
    { kind: 'scenario', count: 1, names: [scenario.slug] },
  ]);
  const remove = (confirmSlug: string) =>
    command(
      `mutation { deleteProject(id: ${id}, confirmSlug: "${confirmSlug}") { ... on DeletedProject { id slug } ${FAILURES} } }`,
    );
  expect(await remove('other')).toMatchObject({ problems: [{ at: 'confirmSlug' }] });
  expect(await remove(slug)).toEqual({ id: `Project:${id}`, slug });
  expect(await command(`{ project(id: ${id}) { name } }`)).toBeNull();
  expect(await command(`{ scenario(id: ${scenario.id}) { name } }`)).toBeNull();
});
