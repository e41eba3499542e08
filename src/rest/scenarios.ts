/** Scenarios over REST: the product page's endpoints. */
import { z } from '@hono/zod-openapi';
import { createScenario, updateScenario } from '#domain/scenario/save-scenario.ts';
import { deleteScenario } from '#domain/scenario/operate-scenario.ts';
import { getScenario, listScenarios, type Scenario } from '#domain/scenario/scenario.ts';
import { listRuns } from '#domain/scenario/runs.ts';
import { DomainError, invalid } from '#platform/errors.ts';
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
import { requestForms } from './request-forms.ts';

const PATH = '/api/scheduler/scenarios';
/** The product page promises the last 100. */
const SHOWN_RUNS = 100;

export const PageQuery = z.strictObject({
  project_id: z.string().optional().describe('the header X-Project-Id says the same'),
  limit: z.coerce.number().optional().describe('1 to 200; 50'),
  cursor: z.string().optional().describe('next_cursor of the page before'),
});

const ListQuery = PageQuery.extend({
  step_kind: z.string().optional().describe('only those with a step of this kind'),
  enabled: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  q: z.string().optional().describe('part of a name, slug or description'),
});

export const IdParams = z.object({ id: z.string().describe('a whole number') });

const IF_MATCH = z.object({
  'If-Match': z.string().optional().describe('the ETag that you have seen; a stale one is 409'),
});

export function addScenarios(app: RestApp, house: RestHouse): void {
  const forms = requestForms(house.kinds);
  const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
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
      errors: [401, 404, 422],
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
      request: { body: { content: { 'application/json': { schema: forms.create } } } },
      responses: { 201: { description: 'Created.', content: json(bodies.ScenarioBody) } },
      errors: [400, 401, 403, 404, 409, 413, 422],
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
      responses: { 200: { description: 'Found.', content: json(bodies.ScenarioWithRunsBody) } },
      errors: [401, 404],
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
        body: { content: { 'application/json': { schema: forms.patch } } },
      },
      responses: { 200: { description: 'Changed.', content: json(bodies.ScenarioBody) } },
      errors: [400, 401, 403, 404, 409, 413, 422, 500],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const options = { ifVersion: readIfMatch(c), projectId: namedProject(c) };
      const scenario = await updateScenario(house, who, scenarioId(c), await readJson(c), options);
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
      errors: [401, 403, 404],
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

function readIfMatch(c: RestContext): number | null {
  const header = c.req.header('If-Match');
  if (header === undefined || header.trim() === '*') return null;
  const [, version] = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim()) ?? [];
  if (version !== undefined) return Number(version);
  const message = 'is one ETag as this API hands it out, as in "3"';
  throw invalid([{ path: ['If-Match'], message, value: header }]);
}

/** A body may name its project, as the other endpoints' answers do. */
function inputProject(input: unknown): number | null {
  if (typeof input !== 'object' || input === null || !('project_id' in input)) return null;
  return parseId(String(input.project_id));
}
