/** Whoever comes by the link of a tile: one question, and nothing else. Every field of the three roots is walked,
 *  those to come included. */
import { createClient } from 'graphql-ws';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { schema } from '#graphql/schema.ts';
import { createGround, subscribe } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;
let link: { id: string; url: string; token: string; expiresAt: string };
beforeAll(async () => {
  ground = await createGround({ recheckMs: 100 });
  link = await make('origins: ["https://intranet.example"]');
  await ground.pool.query(
    `insert into scheduler_workers (worker_id, last_seen_at, last_tick_at, host, pid, version, slots, started_at)
     values ('secret-host:1', clock_timestamp(), clock_timestamp(), 'secret-host', 1, '0', 1, clock_timestamp())`,
  );
});
afterAll(() => ground[Symbol.asyncDispose]());

async function make(args: string): Promise<typeof link> {
  const { data } = await ground.ask(
    'admin',
    `mutation { createTileLink(${args}) { ... on TileLink { id url token expiresAt } } }`,
  );
  return data.createTileLink;
}

const bearer = (token = link.token) => ({ authorization: `Bearer ${token}` });
const ask = (query: string) => ground.ask(null, query, {}, bearer());
const socket = (token = link.token, on: object = {}) =>
  createClient({
    url: `${ground.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: bearer(token),
    on,
  });

test('a link names where we are found, its token and its end', () => {
  expect(link.url).toBe(`${ground.url}/tiles/scheduler?token=${link.token}`);
  const days = (Date.parse(link.expiresAt) - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(365);
});

test('it shows the health, asked once', async () => {
  const { data, errors } = await ask('{ schedulerHealth { alive state } }');
  expect(errors).toBeUndefined();
  expect(data.schedulerHealth).toEqual({ alive: true, state: 'GREEN' });
});

test('it shows the health as it changes, and no worker’s name', async () => {
  const client = socket();
  const query = 'subscription { schedulerHealth { health { state } workers { host } } }';
  const { value } = await subscribe(client, query).next();
  expect(value).toEqual({ data: { schedulerHealth: { health: { state: 'GREEN' }, workers: [] } } });
  await client.dispose();
  const admin = ground.client('admin');
  const seen = (await subscribe(admin, query).next()).value;
  expect(seen).toMatchObject({ data: { schedulerHealth: { workers: [{ host: 'secret-host' }] } } });
  await admin.dispose();
});

const ROOTS = [
  ['query', schema.getQueryType()!],
  ['mutation', schema.getMutationType()!],
  ['subscription', schema.getSubscriptionType()!],
] as const;

describe.each(ROOTS)('%s', (root, type) => {
  const others = Object.values(type.getFields()).filter(({ name }) => name !== 'schedulerHealth');

  test.each(others.map((field) => [field.name, field] as const))(
    '%s is refused',
    async (_, field) => {
      const before = await fingerprint();
      const text = `${root} { ${field.name}${argumentsOf(field)} ${selectionOf(field)} }`;
      const code =
        root === 'subscription'
          ? await firstError(text)
          : (await ask(text)).errors?.[0]?.extensions['code'];
      expect([text, code]).toEqual([text, 'FORBIDDEN']);
      expect(await fingerprint()).toEqual(before);
    },
  );
});

test('over REST it is no token at all', async () => {
  const paths = ['/api/me', '/api/scheduler/scenarios'];
  for (const path of paths) {
    expect((await fetch(`${ground.url}${path}`, { headers: bearer() })).status).toBe(401);
  }
});

test('links are listed as they were made, for administrators', async () => {
  const query = '{ tileLinks { id token origins revokedAt createdBy { email } } }';
  const { data } = await ground.ask('admin', query);
  expect(data.tileLinks).toContainEqual({
    id: link.id,
    token: link.token,
    origins: ['https://intranet.example'],
    revokedAt: null,
    createdBy: { email: ground.people.admin.email },
  });
  const { errors } = await ground.ask('designer', query);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'org.admin' });
});

test('what is wrong with a new link is told in the result', async () => {
  const { data } = await ground.ask(
    'admin',
    `mutation { createTileLink(origins: ["nowhere"], validDays: 0) { ... on ValidationError { problems { at } } } }`,
  );
  expect(data.createTileLink.problems).toEqual([{ at: 'origins[0]' }, { at: 'validDays' }]);
});

test('a revoked link is refused, and ends what it had opened', async () => {
  const revoked = await make('validDays: 1');
  const closed = Promise.withResolvers<{ code: number }>();
  const client = socket(revoked.token, { closed: closed.resolve });
  await subscribe(client, 'subscription { schedulerHealth { revision } }').next();
  const { data } = await ground.ask(
    'admin',
    `mutation { revokeTileLink(id: "${revoked.id}") { ... on TileLink { revokedAt } } }`,
  );
  expect(data.revokeTileLink.revokedAt).not.toBeNull();
  expect((await closed.promise).code).toBe(4403);
  const health = '{ schedulerHealth { alive } }';
  expect((await ground.ask(null, health, {}, bearer(revoked.token))).status).toBe(401);
});

/** Any value of the type: it is never looked at. */
function valueOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return valueOf(type.ofType);
  if (isListType(type)) return '[]';
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const needed = type.isOneOf ? fields.slice(0, 1) : fields.filter((f) => isNonNullType(f.type));
    return `{ ${needed.map((field) => `${field.name}: ${valueOf(field.type)}`).join(', ')} }`;
  }
  const { name } = getNamedType(type);
  const values: Record<string, string> = {
    Int: '1',
    Float: '1',
    Long: '1',
    Boolean: 'true',
    JSON: '{}',
  };
  return values[name] ?? (name === 'DateTime' ? '"2026-01-01T00:00:00Z"' : '"Scenario:1"');
}

function argumentsOf({ args }: GraphQLField<unknown, unknown>): string {
  const needed = args.filter((arg) => isNonNullType(arg.type) && !arg.default);
  if (needed.length === 0) return '';
  return `(${needed.map(({ name, type }) => `${name}: ${valueOf(type)}`).join(', ')})`;
}

const selectionOf = ({ type }: GraphQLField<unknown, unknown>) =>
  isLeafType(getNamedType(type as GraphQLObjectType)) ? '' : '{ __typename }';

async function firstError(text: string): Promise<unknown> {
  const client = socket();
  const { value } = await subscribe(client, text).next();
  await client.dispose();
  return value?.errors?.[0]?.extensions?.['code'];
}

/** What a refused operation must leave as it was. */
async function fingerprint() {
  const { rows } = await ground.pool.query(
    `select (select count(*) from scenario) as scenarios, (select count(*) from audit_log) as audit,
            (select count(*) from run) as runs, (select paused_at from org where id = $1) as paused`,
    [ground.org.id],
  );
  return rows[0];
}
