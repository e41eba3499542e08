/** Templates over REST, and the switch that turns one on in a project. */
import { z } from '@hono/zod-openapi';
import { createTemplate, deleteTemplate, updateTemplate } from '#domain/template/save-template.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import { getTemplate, listTemplates } from '#domain/template/templates.ts';
import { DomainError, invalid } from '#platform/errors.ts';
import { pageBody, toPageBody } from './bodies.ts';
import { readJson, readOptionalJson, readQuery } from './body.ts';
import {
  addOperation,
  assertProject,
  parseId,
  signedIn,
  type RestApp,
  type RestContext,
  type RestHouse,
} from './context.ts';
import { MAX_ID } from './describe.ts';
import { ETAG, given, IF_MATCH, LOCATION, PageQuery, readIfMatch, words } from './scenarios.ts';
import * as bodies from './template-bodies.ts';

const PATH = '/api/scheduler/templates';

const ListQuery = PageQuery.extend({
  step_kind: words(100).describe('only those with a step of this kind'),
  q: words(200).describe('part of a name, slug or description'),
});

const SlugParams = z.object({ slug: z.string().openapi({ example: 'nightly-refresh' }) });
const CellParams = SlugParams.extend({
  project_id: z.string().openapi({ type: 'integer', minimum: 1, maximum: MAX_ID }),
});

export function addTemplates(app: RestApp, house: RestHouse): void {
  const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
  const tags = ['templates'];
  const ours = 'Not on the product page.';

  addOperation(
    app,
    {
      method: 'get',
      path: PATH,
      summary: 'List the templates of the organisation',
      tags,
      request: { query: ListQuery },
      responses: { 200: { description: 'A page.', content: json(pageBody(bodies.TemplateBody)) } },
      errors: [],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const { step_kind: stepKind, q, limit, cursor: after } = readQuery(c, ListQuery);
      const page = await listTemplates(house, who, given({ stepKind, q, limit, after }));
      return c.json(toPageBody(page, bodies.toTemplateBody));
    },
  );

  addOperation(
    app,
    {
      method: 'post',
      path: PATH,
      summary: 'Create a template',
      description:
        'No project has it on yet; with `default_enabled` those made from now on have. Needs org.admin.',
      tags,
      request: { body: { content: json(bodies.TemplateInput), required: true } },
      responses: {
        201: {
          description: 'Created.',
          content: json(bodies.TemplateBody),
          headers: { ...ETAG, ...LOCATION },
        },
      },
      errors: [403, 409],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const template = await createTemplate(house, who, await readJson(c));
      c.header('Location', `${PATH}/${template.slug}`);
      c.header('ETag', `"${template.version}"`);
      return c.json(bodies.toTemplateBody(template), 201);
    },
  );

  addOperation(
    app,
    {
      method: 'get',
      path: `${PATH}/{slug}`,
      summary: 'One template',
      description: ours,
      tags,
      request: { params: SlugParams },
      responses: {
        200: { description: 'Found.', content: json(bodies.TemplateBody), headers: ETAG },
      },
      errors: [],
    },
    async (c) => {
      const template = await getTemplate(house, await signedIn(house, c), slugOf(c));
      c.header('ETag', `"${template.version}"`);
      return c.json(bodies.toTemplateBody(template));
    },
  );

  addOperation(
    app,
    {
      method: 'patch',
      path: `${PATH}/{slug}`,
      summary: 'Change a template and the scenarios that it made',
      description: `${ours} What is left out stays, and so does what a project changed in its scenario. A project that the edit would break is left as it was. Needs org.admin.`,
      tags,
      request: {
        params: SlugParams,
        headers: IF_MATCH,
        body: { content: json(bodies.TemplatePatch), required: true },
      },
      responses: {
        200: { description: 'Changed.', content: json(bodies.EditedBody), headers: ETAG },
      },
      errors: [403, 409],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const { id } = await getTemplate(house, who, slugOf(c));
      const wire = await readJson(c);
      const inForce = async () => (await getTemplate(house, who, id)).version;
      const ifVersion = await readIfMatch(c, inForce);
      const edited = await updateTemplate(house, who, id, wire, { ifVersion });
      const { template, changed, broken } = edited;
      c.header('ETag', `"${template.version}"`);
      return c.json({
        ...bodies.toTemplateBody(template),
        changed,
        broken: broken.map((cell) => bodies.toCellBody(template, cell)),
      });
    },
  );

  addOperation(
    app,
    {
      method: 'delete',
      path: `${PATH}/{slug}`,
      summary: 'Remove a template; the scenarios that it made stay',
      description: `${ours} 409 while it is on in a project. Needs org.admin.`,
      tags,
      request: { params: SlugParams },
      responses: { 204: { description: 'Removed.' } },
      errors: [403, 409],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const { id } = await getTemplate(house, who, slugOf(c));
      await deleteTemplate(house, who, id);
      return c.body(null, 204);
    },
  );

  for (const [action, summary, description] of [
    [
      'enable',
      'Switch a template on in a project',
      'Checks the values, makes the project’s scenario once and lets it fire; on again it resumes with its history. Missing and bad values are 422, all of them, and the cell stays as it was. A stored template that makes no scenario any more is 500 `trigger_config`. Needs org.admin.',
    ],
    [
      'disable',
      'Switch a template off in a project',
      'Its scenario pauses and keeps everything. Needs org.admin.',
    ],
  ] as const) {
    const enabled = action === 'enable';
    addOperation(
      app,
      {
        method: 'post',
        path: `${PATH}/{slug}/${action}/{project_id}`,
        summary,
        description,
        tags,
        request: {
          params: CellParams,
          body: { content: json(bodies.ValuesInput), required: false },
        },
        responses: {
          200: { description: `It is ${enabled ? 'on' : 'off'}.`, content: json(bodies.CellBody) },
        },
        errors: enabled ? [403, 409, 500] : [403],
      },
      async (c) => {
        const who = await signedIn(house, c);
        const template = await getTemplate(house, who, slugOf(c));
        const projectId = projectOf(c);
        const asked = { templateId: template.id, projectIds: [projectId], enabled };
        const values = await readValues(c);
        const { cells, refused } = await setTemplateEnabled(house, who, { ...asked, values });
        if (refused[0]) throw asSent(refused[0].error);
        return c.json(bodies.toCellBody(template, cells[0]!));
      },
    );
  }
}

const slugOf = (c: RestContext) => c.req.param('slug') ?? '';

/** @throws DomainError NOT_FOUND for what is no id, and where the request names another project besides. */
function projectOf(c: RestContext): number {
  const text = c.req.param('project_id') ?? '';
  const id = parseId(text);
  if (id === null) throw new DomainError('NOT_FOUND', `No project ${text}.`);
  assertProject(c, { id, projectId: id }, 'project');
  return id;
}

async function readValues(c: RestContext): Promise<Record<string, unknown>> {
  const sent = await readOptionalJson(c);
  if (typeof sent === 'object' && sent !== null && !Array.isArray(sent)) {
    return sent as Record<string, unknown>;
  }
  throw invalid([{ path: [], message: 'is an object: a value by parameter', value: sent }]);
}

/** The body is the values, so places begin within them. */
function asSent({ code, message, problems, facts }: DomainError): DomainError {
  if (code !== 'VALIDATION') return new DomainError(code, message, { problems, facts });
  return invalid(
    problems.map(({ path, ...problem }) => ({
      path: path[0] === 'values' ? path.slice(1) : path,
      ...problem,
    })),
  );
}
