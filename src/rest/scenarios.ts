/** Scenarios over REST: the product page's endpoints. */
import { z } from '@hono/zod-openapi';
import { createScenario, updateScenario } from '#domain/scenario/save-scenario.ts';
import { deleteScenario } from '#domain/scenario/operate-scenario.ts';
import { getScenario, listScenarios, type Scenario } from '#domain/scenario/scenario.ts';
import { listRuns } from '#domain/scenario/runs.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from '#domain/scenario/page.ts';
import { DomainError } from '#platform/errors.ts';
import * as bodies from './bodies.ts';
import { readJson, readQuery } from './body.ts';
import {
  addOperation,
  currentProject,
  namedProject,
  parseId,
  signedIn,
  type RestApp,
  type RestContext,
  type RestHouse,
} from './context.ts';
import { MAX_ID } from './describe.ts';
import { requestForms } from './request-forms.ts';

const PATH = '/api/scheduler/scenarios';
/** The product page promises the last 100. */
const SHOWN_RUNS = 100;

export const PageQuery = z.strictObject({
  project_id: z.string().optional(),
  limit: z.coerce
    .number()
    .optional()
    .describe('how many a page has')
    .openapi({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }),
  cursor: z.string().optional().describe('next_cursor of the page before'),
});

export const words = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\0'), 'holds a NUL; remove it')
    .optional();

const ListQuery = PageQuery.extend({
  step_kind: words(100).describe('only those with a step of this kind'),
  enabled: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('only those that are switched on, or off'),
  q: words(200).describe('part of a name, slug or description'),
});

const idIn = (maximum: number) =>
  z.object({ id: z.string().openapi({ type: 'integer', minimum: 1, maximum }) });

export const IdParams = idIn(MAX_ID);
export const RunIdParams = idIn(Number.MAX_SAFE_INTEGER);

export const IF_MATCH = z.object({
  'If-Match': z
    .string()
    .optional()
    .describe('the ETag that you have seen; any other than the one in force is 409; * is every one')
    .openapi({ example: '"3"' }),
});

export const ETAG = {
  ETag: {
    description: 'The version, to be sent back as If-Match.',
    schema: { type: 'string' as const, example: '"3"' },
  },
};
export const LOCATION = {
  Location: { description: 'Where it is read.', schema: { type: 'string' as const } },
};

const NEW_EXAMPLE = {
  name: 'Nightly snapshots',
  trigger: { cron: '0 2 * * *', timezone: 'Asia/Jakarta' },
  steps: [{ kind: 'snapshot_dashboards', skip_hours: 12 }],
  policies: { overlap: 'skip', timeout: '1h' },
};
const CHANGE_EXAMPLE = { trigger: { interval: '6h' }, enabled: true };

export function addScenarios(app: RestApp, house: RestHouse): void {
  const forms = requestForms(house.kinds);
  const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
  // Where they are used, not by reference: the console's editor finds its forms of steps there.
  const form = (schema: object, example: object) => ({
    'application/json': { schema: { ...schema, example } },
  });
  const tags = ['scenarios'];

  addOperation(
    app,
    {
      method: 'get',
      path: PATH,
      summary: 'List the scenarios of the current project',
      tags,
      request: { query: ListQuery },
      responses: {
        200: { description: 'A page.', content: json(bodies.pageBody(bodies.ScenarioBody)) },
      },
      errors: [],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const { step_kind: stepKind, enabled, q, limit, cursor } = readQuery(c, ListQuery);
      const filter = given({ stepKind, enabled, q, limit, cursor });
      const page = await listScenarios(house, who, currentProject(who), filter);
      return c.json(bodies.toPageBody(page, bodies.toScenarioBody));
    },
  );

  addOperation(
    app,
    {
      method: 'post',
      path: PATH,
      summary: 'Create a scenario in the current project',
      tags,
      request: { body: { content: form(forms.create, NEW_EXAMPLE) } },
      responses: {
        201: {
          description: 'Created.',
          content: json(bodies.ScenarioBody),
          headers: { ...ETAG, ...LOCATION },
        },
      },
      errors: [403, 409],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const input = await readJson(c);
      const projectId = namedProject(c) ?? inputProject(input) ?? currentProject(who);
      const scenario = await createScenario(house, who, projectId, input);
      c.header('Location', `${PATH}/${scenario.id}`);
      return tagged(c, scenario, bodies.toScenarioBody(scenario), 201);
    },
  );

  addOperation(
    app,
    {
      method: 'get',
      path: `${PATH}/{id}`,
      summary: 'The configuration of a scenario and its last 100 runs',
      tags,
      request: { params: IdParams },
      responses: {
        200: {
          description: 'Found; one that cannot fire any more is so too, and says why in `broken`.',
          content: json(bodies.ScenarioWithRunsBody),
          headers: ETAG,
        },
      },
      errors: [],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const id = scenarioId(c);
      const scenario = await getScenario(house, who, id);
      const runs = await listRuns(house, who, id, { limit: SHOWN_RUNS });
      const body = { ...bodies.toScenarioBody(scenario), runs: runs.items.map(bodies.toRunBody) };
      return tagged(c, scenario, body, 200);
    },
  );

  addOperation(
    app,
    {
      method: 'patch',
      path: `${PATH}/{id}`,
      summary: 'Change trigger, steps, recipients, policies or the switch',
      description: 'What is left out stays. `steps` replaces all steps.',
      tags,
      request: {
        params: IdParams,
        headers: IF_MATCH,
        body: { content: form(forms.patch, CHANGE_EXAMPLE) },
      },
      responses: {
        200: { description: 'Changed.', content: json(bodies.ScenarioBody), headers: ETAG },
      },
      errors: [403, 409, 500],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const id = scenarioId(c);
      const input = await readJson(c);
      const ifVersion = await readIfMatch(
        c,
        async () => (await getScenario(house, who, id)).version,
      );
      const options = { ifVersion, projectId: namedProject(c) };
      const scenario = await updateScenario(house, who, id, input, options);
      return tagged(c, scenario, bodies.toScenarioBody(scenario), 200);
    },
  );

  addOperation(
    app,
    {
      method: 'delete',
      path: `${PATH}/{id}`,
      summary: 'Remove a scenario; its run history is preserved',
      tags,
      request: { params: IdParams },
      responses: { 204: { description: 'Removed.' } },
      errors: [403],
    },
    async (c) => {
      const who = await signedIn(house, c);
      await deleteScenario(house, who, scenarioId(c), { projectId: namedProject(c) });
      return c.body(null, 204);
    },
  );
}

/** The id in the path. @throws DomainError NOT_FOUND for what can be none. */
export function scenarioId(c: RestContext): number {
  const text = c.req.param('id') ?? '';
  const id = parseId(text);
  if (id === null) throw new DomainError('NOT_FOUND', `No scenario ${text}.`);
  return id;
}

/** Without what is undefined. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as never;
}

function tagged(c: RestContext, { version }: Scenario, body: object, status: 200 | 201): Response {
  c.header('ETag', `"${version}"`);
  return c.json(body, status);
}

/** The version that the caller has seen: of several the one in force, of none that can be ours one that never is, so
 *  that it is stale. null: the caller does not mind. */
export async function readIfMatch(
  c: RestContext,
  inForce: () => Promise<number>,
): Promise<number | null> {
  const header = c.req.header('If-Match')?.trim();
  if (header === undefined || header === '*') return null;
  const seen = header.split(',').map(versionOf);
  if (seen.length === 1) return seen[0]!;
  const version = await inForce();
  return seen.includes(version) ? version : NEVER;
}

/** Versions begin with 1. */
const NEVER = 0;

function versionOf(etag: string): number {
  const [, version] = /^(?:W\/)?"?(\d{1,9})"?$/.exec(etag.trim()) ?? [];
  return version === undefined ? NEVER : Number(version);
}

/** A body may name its project, as the other endpoints' answers do. */
function inputProject(input: unknown): number | null {
  if (typeof input !== 'object' || input === null || !('project_id' in input)) return null;
  return parseId(String(input.project_id));
}
