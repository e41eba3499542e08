/** Connectors over the wire: what goes in sealed never comes out. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGround, type Ground } from './ground.ts';

const KEY = [randomBytes(32)] as const;
let ground: Ground;
beforeAll(async () => {
  ground = await createGround({ secretKey: KEY });
});
afterAll(() => ground[Symbol.asyncDispose]());

const FAILURES = `... on Failure { __typename message }
  ... on ValidationError { problems { at value } } ... on Conflict { facts }`;
const CONNECTOR = 'id databaseId slug name type project { databaseId } config hasSecrets';

async function command(text: string, variables: Record<string, unknown> = {}) {
  const { data, errors } = await ground.ask('admin', text, variables);
  expect(errors).toBeUndefined();
  return Object.values<any>(data)[0];
}

const create = (variables: Record<string, unknown>) =>
  command(
    `mutation ($projectId: ID, $slug: String!, $type: String!, $config: JSON!, $secrets: JSON) {
       createConnector(projectId: $projectId, slug: $slug, name: "Shop", type: $type, config: $config, secrets: $secrets) {
         ... on Connector { ${CONNECTOR} } ${FAILURES} } }`,
    variables,
  );

const shop = {
  type: 'postgresql',
  config: { host: 'db.example', database: 'shop', user: 'reader' },
  secrets: { password: 'hunter2-hunter2' },
};

test('the catalogue has a form for every type, as people fill it in', async () => {
  const types = await command(
    '{ connectorTypes { type label description config secrets source } }',
  );
  const names = types.map(({ type }: { type: string }) => type);
  expect(names).toEqual(expect.arrayContaining(['csv', 'postgresql', 'smtp']));
  for (const { label, description, config, secrets } of types) {
    expect(label).not.toBe('');
    expect(description).not.toBe('');
    for (const form of [config, secrets]) {
      expect(form).toMatchObject({ type: 'object', additionalProperties: false });
      for (const field of Object.values<any>(form.properties)) {
        expect(field.description).toEqual(expect.any(String));
      }
    }
  }
  const of = (type: string) => types.find((each: any) => each.type === type);
  expect(of('postgresql').source).toMatchObject({ properties: { table: { type: 'string' } } });
  expect(of('postgresql').config.required ?? []).not.toContain('statement_timeout');
  expect(of('smtp')).toMatchObject({
    source: null,
    config: { required: expect.arrayContaining(['host', 'from']) },
    secrets: { properties: { password: { type: 'string' } } },
  });
});

test('secrets are kept, replaced and removed, and never shown, logged or told', async () => {
  const made = await create({ ...shop, slug: 'secret-shop' });
  expect(made).toMatchObject({ hasSecrets: true, project: null, config: shop.config });
  const update = (variables: object) =>
    command(
      `mutation ($id: ID!, $name: String, $config: JSON, $secrets: JSON) {
         updateConnector(id: $id, name: $name, config: $config, secrets: $secrets) { ... on Connector { ${CONNECTOR} } ${FAILURES} } }`,
      { id: made.id, ...variables },
    );
  expect(await update({ name: 'Shop 2' })).toMatchObject({ name: 'Shop 2', hasSecrets: true });
  expect(await update({ secrets: { password: null } })).toMatchObject({ hasSecrets: false });
  const other = 'correct-horse-battery';
  expect(await update({ secrets: { password: other } })).toMatchObject({ hasSecrets: true });
  const wrong = await update({
    secrets: { passwort: other },
    config: { ...shop.config, port: -1 },
  });
  expect(wrong.problems.map(({ at }: { at: string }) => at)).toEqual([
    'config.port',
    'secrets.passwort',
  ]);
  const answers = [made, wrong, await command(`{ connectors { ${CONNECTOR} } }`)];
  const log = await command(
    '{ auditLog(resourceType: "connector") { nodes { action before after } } }',
  );
  const stored = (await ground.pool.query('select secrets from connector')).rows;
  expect(log.nodes.map(({ action }: { action: string }) => action)).toContain('connector.update');
  for (const text of [JSON.stringify([answers, log]), String(stored[0].secrets)]) {
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain(other);
  }
});

test('without a project the organisation’s own are listed, with one those that it may use', async () => {
  const { id: projectId } = ground.project;
  const base = { type: 'csv', config: { folder: '/data' } };
  await create({ ...base, slug: 'shared-files' });
  const own = await create({ ...base, slug: 'own-files', projectId });
  expect(own.project).toEqual({ databaseId: projectId });
  const slugs = async (person: 'admin' | 'viewer', args = '') =>
    (await ground.ask(person, `{ connectors${args} { slug } }`)).data?.connectors.map(
      ({ slug }: { slug: string }) => slug,
    );
  expect(await slugs('admin')).toContain('shared-files');
  expect(await slugs('admin')).not.toContain('own-files');
  expect(await slugs('viewer', `(projectId: ${projectId})`)).toEqual(
    expect.arrayContaining(['shared-files', 'own-files']),
  );
  const { errors } = await ground.ask('designer', '{ connectors { slug } }');
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'org.admin' });
});

test('a slug is taken once, in a project and in the organisation', async () => {
  const given = { type: 'csv', config: { folder: '/data' }, slug: 'twice' };
  await create(given);
  expect(await create(given)).toMatchObject({ __typename: 'Conflict' });
  expect(await create({ ...given, projectId: ground.project.id })).toMatchObject({ slug: 'twice' });
});

test('one that datasets or agents use stays, and the answer names them', async () => {
  const { org, project, pool } = ground;
  const made = await create({ slug: 'used', type: 'csv', config: { folder: '/data' } });
  const remove = () =>
    command(
      `mutation ($id: ID!) { deleteConnector(id: $id) { ... on DeletedConnector { id name } ${FAILURES} } }`,
      { id: made.id },
    );
  await pool.query(
    `insert into dataset (org_id, project_id, connector_id, slug, name, table_name) values ($1, $2, $3, 'orders', 'Orders', 'orders')`,
    [org.id, project.id, made.databaseId],
  );
  await pool.query(
    `insert into agent (org_id, project_id, connector_id, slug, name, model, instructions) values ($1, $2, $3, 'helper', 'Helper', 'm', 'i')`,
    [org.id, project.id, made.databaseId],
  );
  expect(await remove()).toMatchObject({
    __typename: 'Conflict',
    message: `The connector used is in use by dataset ${project.slug}/orders, agent ${project.slug}/helper; change or delete them first.`,
    facts: {
      datasets: [{ slug: 'orders', project: project.slug }],
      agents: [{ slug: 'helper', project: project.slug }],
    },
  });
  await pool.query('delete from dataset');
  await pool.query('delete from agent');
  expect(await remove()).toEqual({ id: made.id, name: 'Shop' });
  expect(await remove()).toMatchObject({ __typename: 'NotFound' });
  const log = await command(
    `{ auditLog(action: "connector.delete") { nodes { resourceId before after } } }`,
  );
  expect(log.nodes).toMatchObject([
    { resourceId: String(made.databaseId), before: { slug: 'used' }, after: null },
  ]);
});

test('trying one says what was found, or what to mend', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hf-connectors-'));
  try {
    const made = await create({ slug: 'tried', type: 'csv', config: { folder } });
    const tried = () =>
      command(
        `mutation ($id: ID!) { testConnector(id: $id) { ... on ConnectorTest { ok message } ${FAILURES} } }`,
        {
          id: made.id,
        },
      );
    expect(await tried()).toMatchObject({ ok: true });
    await rm(folder, { recursive: true });
    expect(await tried()).toMatchObject({ ok: false, message: expect.stringContaining(folder) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
