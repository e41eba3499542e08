/** Whatever the schema offers, asked with the ids of another organisation: nothing of it is told, and not a row of it
 *  changes. The operations come from the schema itself, so a new one is tried as soon as it is there. */
import { randomBytes } from 'node:crypto';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConnector } from '#domain/connector/save-connector.ts';
import { createTemplate } from '#domain/template/save-template.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import { createRegistry } from '#steps/registry.ts';
import { schema } from '#graphql/schema.ts';
import { createRun, createScenario, principalOf } from '#test/support/factories.ts';
import { insertData } from './data-rows.ts';
import { createGround, subscribe, type Ground, type Person } from './ground.ts';

/** Stands in every name of ours; nobody else may ever read it. */
const SECRET = 'whisper';
const secretKey = [randomBytes(32)] as const;

let ground: Ground;
/** By what an argument calls them. */
let ids: Record<string, number>;
/** Global ids of everything that has one. */
let nodes: string[];

beforeAll(async () => {
  ground = await createGround({ secretKey });
  const { org, project, people, pool, tokens } = ground;
  const admin = await principalOf(pool, { orgId: org.id, userId: people.admin.id });
  const deps = { pool, kinds: createRegistry() };
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  const steps = [{ kind: 'snapshot_dashboards', name: `${SECRET} step` }];
  const scenario = await createScenario(pool, { ...place, name: SECRET, steps });
  const run = await createRun(pool, { ...place, scenarioId: scenario.id, state: 'failed', steps });
  const template = await createTemplate(deps, admin, { slug: SECRET, display_name: SECRET, steps });
  const projectIds = [project.id];
  await setTemplateEnabled(deps, admin, { templateId: template.id, projectIds, enabled: true });
  const connector = await createConnector(
    pool,
    admin,
    {
      projectId: null,
      slug: SECRET,
      name: SECRET,
      type: 'postgresql',
      config: { host: `${SECRET}.example`, database: 'd', user: 'u' },
      secrets: { password: SECRET },
    },
    secretKey,
  );
  const made = async (sql: string, values: unknown[]) =>
    (await pool.query(`${sql} returning id`, values)).rows[0].id as number;
  const tick = await made(
    `insert into tick (org_id, project_id, scenario_id, source, due_at, outcome, reason, run_id)
     values ($1, $2, $3, 'schedule', now(), 'fired', '${SECRET}', $4)`,
    [org.id, project.id, scenario.id, run.id],
  );
  const group = await made(`insert into "group" (org_id, name) values ($1, '${SECRET}')`, [org.id]);
  const tileLink = await made(
    `insert into tile_link (jti, org_id, user_id, origins, expires_at)
     values (gen_random_uuid(), $1, $2, '{https://${SECRET}.example}', now() + interval '1 day')`,
    [org.id, people.admin.id],
  );
  const notification = await made(
    `insert into notification (org_id, project_id, scenario_id, run_id, kind, channel, target, state, payload)
     values ($1, $2, $3, $4, 'failure', 'mail', '${SECRET}@example.com', 'sent', '{}')`,
    [org.id, project.id, scenario.id, run.id],
  );
  const emailDelivery = await made(
    `insert into email_delivery (org_id, project_id, run_id, origin_run_id, step_name, recipient, subject, message_id, state)
     values ($1, $2, $3, $3, '${SECRET}', '${SECRET}@example.com', '${SECRET}', '<${SECRET}>', 'failed')`,
    [org.id, project.id, run.id],
  );
  await made(
    `insert into artifact (org_id, run_id, pos, name, media_type, bytes, size)
     values ($1, $2, 0, '${SECRET}.csv', 'text/csv', 'a', 1)`,
    [org.id, run.id],
  );
  const dashboard = await made(
    `insert into dashboard (org_id, project_id, title) values ($1, $2, '${SECRET}')`,
    [org.id, project.id],
  );
  await pool.query(
    `insert into dashboard_card (dashboard_id, title, visualisation, sql)
     values ($1, '${SECRET}', 'table', 'select ''${SECRET}''')`,
    [dashboard],
  );
  const content = { title: SECRET, layout: {}, default_time_filter: null, version: 1, cards: [] };
  await pool.query(
    `insert into dashboard_revisions (dashboard_id, revision, content, author_user_id, change_note)
     values ($1, 1, $2, 0, '${SECRET}')`,
    [dashboard, JSON.stringify(content)],
  );
  const dashboardShare = await made(
    `insert into dashboard_share (org_id, dashboard_id, token_hash, mode, publisher_user_id)
     values ($1, $2, '${SECRET}', 'live', $3)`,
    [org.id, dashboard, people.admin.id],
  );
  await pool.query(`insert into calendar (project_id, name) values ($1, '${SECRET}')`, [
    project.id,
  ]);
  await pool.query(`update org set name = '${SECRET}' where id = $1`, [org.id]);
  await pool.query(`update project set name = '${SECRET}', slug = '${SECRET}' where id = $1`, [
    project.id,
  ]);
  await pool.query(`update "user" set name = '${SECRET}' where id <> all($1)`, [
    [0, people.stranger.id, people.nobody.id],
  ]);
  await pool.query(`update api_token set name = '${SECRET}' where org_id = $1 and user_id <> $2`, [
    org.id,
    people.nobody.id,
  ]);
  const data = await insertData(pool, { orgId: org.id, projectId: project.id, word: SECRET });
  ids = {
    ...data,
    project: project.id,
    scenario: scenario.id,
    run: run.id,
    template: template.id,
    connector: connector.id,
    user: people.designer.id,
    token: tokens.designer.id,
    group,
    tileLink,
    dashboard,
    dashboardShare,
    notification,
    emailDelivery,
    tick,
  };
  const types = { Project: 'project', Scenario: 'scenario', Run: 'run', Template: 'template' };
  nodes = [
    ...Object.entries(types).map(([type, name]) => `${type}:${ids[name]}`),
    `User:${ids['user']}`,
    `Tick:${tick}`,
    `Notification:${notification}`,
    `Dashboard:${dashboard}`,
    `Dataset:${data.dataset}`,
    `Recipe:${data.recipe}`,
    `Agent:${data.agent}`,
    `EmailDelivery:${emailDelivery}`,
    `StepRun:${run.id}:0`,
  ];
});
afterAll(() => ground[Symbol.asyncDispose]());

/** The kinds of things that an argument may name. */
function kindsOf(name: string): string[] {
  const known = Object.keys(ids ?? KINDS).filter((kind) =>
    name.toLowerCase().includes(kind.toLowerCase()),
  );
  if (known.length > 0) return known;
  return /owner|handTo/.test(name) ? ['user'] : KINDS;
}
const KINDS = [
  'project',
  'scenario',
  'run',
  'template',
  'connector',
  'user',
  'token',
  'group',
  'tileLink',
  'dashboard',
  'dashboardShare',
  'dataset',
  'recipe',
  'agent',
];

/** A value that the form takes, with our id wherever one fits. @param kind of what `id` names. */
function literal(type: GraphQLInputType, name: string, kind: string): string {
  const bare = getNullableType(type);
  if (isListType(bare)) return `[${literal(bare.ofType, name, kind)}]`;
  if (isEnumType(bare)) return bare.getValues()[0]!.name;
  if (isInputObjectType(bare)) {
    const all = Object.values(bare.getFields());
    const fields = bare.isOneOf ? all.slice(0, 1) : all.filter(isAsked);
    return `{ ${fields.map((field) => `${field.name}: ${literal(field.type, field.name, kind)}`).join(', ')} }`;
  }
  const scalar = getNamedType(bare).name;
  if (scalar === 'ID') {
    const [only = 'project'] = kindsOf(name);
    const meant = kindsOf(name).includes(kind) ? kind : only;
    return `"${meant.charAt(0).toUpperCase()}${meant.slice(1)}:${ids[meant]}"`;
  }
  if (scalar === 'DateTime') return '"2026-01-01T00:00:00Z"';
  if (scalar === 'Int' || scalar === 'Float' || scalar === 'Long') return '1';
  if (scalar === 'Boolean') return 'true';
  if (scalar === 'JSON')
    return `{ slug: "x", name: "x", display_name: "x", steps: [{ kind: "snapshot_dashboards" }] }`;
  return name === 'slug' || name === 'confirmSlug' ? `"${SECRET}"` : '"x"';
}

const isAsked = (field: GraphQLInputField | GraphQLArgument) =>
  isRequiredInputField(field as GraphQLInputField) ||
  getNamedType(field.type).name === 'ID' ||
  /filter/.test(field.name);

function call(field: GraphQLField<unknown, unknown>, kind: string): string {
  const args = field.args.filter(isAsked);
  if (args.length === 0) return field.name;
  return `${field.name}(${args.map((arg) => `${arg.name}: ${literal(arg.type, arg.name, kind)}`).join(', ')})`;
}

/** Everything that can be asked without arguments, so many levels deep. */
function selection(type: GraphQLOutputType, depth: number, keyword = 'query'): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  if (isUnionType(named)) {
    const members = named
      .getTypes()
      .map((member) => `... on ${member.name} ${selection(member, 0)}`);
    return `{ __typename ${keyword === 'mutation' ? '... on Failure { message }' : members.join(' ')} }`;
  }
  const fields = Object.values(named.getFields())
    .filter((field) => field.name !== 'edges' && !field.args.some(isRequiredArgument))
    .flatMap((field) => {
      if (!isCompositeType(getNamedType(field.type))) return [field.name];
      return depth > 0 ? [`${field.name} ${selection(field.type, depth - 1, keyword)}`] : [];
    });
  return `{ __typename ${fields.join(' ')} }`;
}

/** One operation for each kind of thing that its `id` could name. */
function operations(
  keyword: 'query' | 'mutation' | 'subscription',
): [string, (depth?: number) => string][] {
  const root = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }[keyword]!;
  return Object.values(root.getFields()).flatMap((field) => {
    const plain = field.args.some((arg) => arg.name === 'id');
    const kinds = plain ? KINDS : ['project'];
    return kinds.map((kind): [string, (depth?: number) => string] => [
      plain ? `${field.name} with the id of a ${kind}` : field.name,
      (depth = 1) => `${keyword} { ${call(field, kind)} ${selection(field.type, depth, keyword)} }`,
    ]);
  });
}

/** All rows of ours, by table, as text: what nobody else may change. */
async function ourRows(): Promise<Map<string, string[]>> {
  const { rows: tables } = await ground.pool.query(
    `select c.relname as name, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') as by_org
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'honeyframe' and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  const all = new Map<string, string[]>();
  for (const { name, by_org: byOrg } of tables) {
    const where = byOrg ? `where org_id = ${ground.org.id}` : '';
    // When a token was last used is no change.
    const row = name === 'api_token' ? `(to_jsonb(t) - 'last_used_at')` : 'to_jsonb(t)';
    const { rows } = await ground.pool.query(
      `select ${row}::text as row from "${name}" t ${where} order by 1`,
    );
    all.set(
      name,
      rows.map((each) => each.row),
    );
  }
  return all;
}

/** What is gone or different, or, of tables that say whose a row is, new. */
async function expectUntouched(before: Map<string, string[]>): Promise<void> {
  const after = await ourRows();
  for (const [table, rows] of before) {
    const now = new Set(after.get(table));
    expect(
      rows.filter((row) => !now.has(row)),
      table,
    ).toEqual([]);
  }
  for (const table of [
    'scenario',
    'run',
    'tick',
    'project',
    'connector',
    'template',
    'template_enablement',
    'group',
    'api_token',
    'user_org',
    'audit_log',
    'tile_link',
    'dashboard',
    'dashboard_share',
    'dataset',
    'recipe',
    'agent',
  ])
    expect(after.get(table)!.length, table).toBe(before.get(table)!.length);
}

/** Asks two levels deep, or less where that is more than is answered. */
async function askAsMuchAsAllowed(person: Person, text: (depth?: number) => string) {
  for (let depth = 2; ; depth -= 1) {
    const query = text(depth);
    const { data, errors } = await ground.ask(person, query);
    const code = String(errors?.[0]?.extensions['code'] ?? '');
    if (code !== 'TOO_LARGE' || depth === 0) return { data, query, code };
  }
}

/** A member of our organisation without a role, and an administrator of another one. */
const OUTSIDERS = ['nobody', 'stranger'] as const satisfies readonly Person[];

// What belongs to the organisation as a whole is no secret to its members.
const OF_ORGANISATION =
  /^(viewer|organisation|template|planTemplate|matrix|node (with the id of a )?(template|user))/i;

describe.each(OUTSIDERS)('%s', (person) => {
  test('is told nothing by any question', async () => {
    const asked = [
      ...operations('query'),
      ...nodes.map((id): [string, () => string] => [
        `node ${id}`,
        () => `{ node(id: "${id}") { __typename id } }`,
      ]),
    ];
    for (const [name, text] of asked) {
      const { data, query, code } = await askAsMuchAsAllowed(person, text);
      expect(['', 'NOT_FOUND', 'FORBIDDEN', 'VALIDATION'], `${name}: ${query}`).toContain(code);
      const isShared = person === 'nobody' && OF_ORGANISATION.test(name);
      if (!isShared)
        expect(JSON.stringify(data ?? null), `${name}: ${query}`).not.toContain(SECRET);
      else expect(data?.matrix?.cells ?? [], name).toEqual([]);
      if (!isShared && name.startsWith('node ')) expect(data.node, name).toBeNull();
    }
    expect(asked.length).toBeGreaterThan(40);
  });

  test('changes nothing by any command', async () => {
    const before = await ourRows();
    const done: string[] = [];
    for (const [name, text] of operations('mutation')) {
      const query = text();
      const { data, errors } = await ground.ask(person, query);
      expect(errors?.[0]?.message, `${name}: ${query}`).toBeUndefined();
      const [result] = Object.values(data) as { __typename: string; message?: string }[];
      if (!/^(NotFound|Forbidden|ValidationError|Conflict)$/.test(result!.__typename))
        done.push(name);
      expect(JSON.stringify(result), name).not.toContain(`${SECRET} step`);
    }
    await expectUntouched(before);
    // What names nothing of ours happens in their own organisation.
    const own = [
      'addMember',
      'createConnector',
      'createProject',
      'createTemplate',
      'createTileLink',
      'issueToken',
      'pauseOrganisation',
      'resumeOrganisation',
      'updateOrganisation',
    ];
    for (const name of done)
      expect(person === 'stranger' ? own : ['issueToken'], name).toContain(name);
  });

  test('is told nothing by any subscription', async () => {
    const client = ground.client(person);
    for (const [name, text] of operations('subscription')) {
      const stream = subscribe<never>(client, text());
      const { value } = (await stream.next()) as {
        value: { errors?: { extensions: { code: string } }[]; data?: unknown };
      };
      const [error] = value.errors ?? [];
      if (!/^(schedulerHealth|matrix)$/.test(name))
        expect(error?.extensions.code, name).toMatch(/NOT_FOUND|FORBIDDEN|VALIDATION/);
      if (!(person === 'nobody' && name === 'matrix'))
        expect(JSON.stringify(value), name).not.toContain(SECRET);
      await stream.return?.();
    }
    await client.dispose();
  });
});

test('without signing in every operation is refused, over HTTP and over a socket', async () => {
  for (const keyword of ['query', 'mutation'] as const) {
    for (const [name, text] of operations(keyword)) {
      const { status, errors } = await ground.ask(null, text());
      expect([status, errors?.[0]?.extensions['code']], name).toEqual([401, 'UNAUTHENTICATED']);
    }
  }
  const closed = Promise.withResolvers<{ code: number }>();
  const client = ground.client(null, {
    lazy: false,
    onNonLazyError: () => {},
    on: { closed: closed.resolve },
  });
  expect((await closed.promise).code).toBe(4403);
  await client.dispose();
});

test('the walk itself would notice: the administrator is told the secret, and changes rows', async () => {
  const [, text] = operations('query').find(
    ([name]) => name === 'scenario with the id of a scenario',
  )!;
  expect(JSON.stringify(await askAsMuchAsAllowed('admin', text))).toContain(`"name":"${SECRET}`);
  const before = await ourRows();
  await ground.ask('admin', `mutation { pauseScenario(id: ${ids['scenario']}) { __typename } }`);
  await expect(expectUntouched(before)).rejects.toThrow(/scenario/);
});
