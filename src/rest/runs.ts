/** Runs over REST: start one, list those of a scenario, read one. */
import { z } from '@hono/zod-openapi';
import { getArtifact, isShown } from '#domain/run/artifact.ts';
import { runScenario } from '#domain/scenario/operate-scenario.ts';
import { getRun, listRuns } from '#domain/scenario/runs.ts';
import { parseForm } from '#domain/step/form-problems.ts';
import { DomainError, invalid } from '#platform/errors.ts';
import * as bodies from './bodies.ts';
import { readOptionalJson, readQuery } from './body.ts';
import {
  addOperation,
  namedProject,
  parseId,
  signedIn,
  type RestApp,
  type RestContext,
  type RestHouse,
} from './context.ts';
import { given, IdParams, LOCATION, PageQuery, RunIdParams, scenarioId } from './scenarios.ts';

const RunRequest = z.strictObject({
  params: z.record(z.string(), z.unknown()).optional().describe('values by parameter'),
});

const Key = z.object({
  'Idempotency-Key': z
    .string()
    .max(255)
    .regex(/^[\x20-\x7e]*$/)
    .optional()
    .describe('the same key answers the same run again, whatever else is sent with it'),
});

const ArtifactParams = RunIdParams.extend({
  name: z
    .string()
    .describe('as the run lists it')
    .openapi({ param: { name: 'name', in: 'path' }, example: 'sales-2026-11-22.pdf' }),
});

const ArtifactQuery = z.strictObject({
  project_id: z.string().optional(),
  pos: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('of the step; the last one that left a file of that name, when left out'),
  inline: z
    .enum(['true', 'false'])
    .optional()
    .describe(
      'true: a PDF is shown by the browser, in a frame of ours too; all else stays a download',
    ),
});

/** What steps leave: reports and their tables. */
const FILES = Object.fromEntries(
  ['application/pdf', 'text/html', 'text/csv', 'application/octet-stream'].map((type) => [
    type,
    { schema: { type: 'string' as const, format: 'binary' } },
  ]),
);

const DISPOSITION = {
  'Content-Disposition': {
    description: 'attachment or inline, with the name',
    schema: { type: 'string' as const },
  },
};

// A sandbox would take its viewer away from the browser.
const PDF_POLICY =
  "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

export function addRuns(app: RestApp, house: RestHouse): void {
  const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
  const tags = ['runs'];

  addOperation(
    app,
    {
      method: 'post',
      path: '/api/scheduler/scenarios/{id}/run',
      summary: 'Run a scenario now, whatever its trigger says',
      tags,
      request: {
        params: IdParams,
        headers: Key,
        body: { content: json(RunRequest), required: false },
      },
      responses: {
        202: { description: 'The run.', content: json(bodies.RunBody), headers: LOCATION },
      },
      errors: [403, 500],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const { data, problems } = parseForm(RunRequest, await readOptionalJson(c));
      if (problems.length > 0) throw invalid(problems);
      const idempotencyKey = c.req.header('Idempotency-Key') ?? null;
      const fired = await runScenario(
        house,
        who,
        scenarioId(c),
        { params: data?.params, idempotencyKey },
        { projectId: namedProject(c) },
      );
      const run = await getRun(house, who, fired.runId);
      c.header('Location', `/api/scheduler/runs/${fired.runId}`);
      return c.json(bodies.toRunBody(run), 202);
    },
  );

  addOperation(
    app,
    {
      method: 'get',
      path: '/api/scheduler/scenarios/{id}/runs',
      summary: 'The runs of a scenario, newest first; of a removed one too',
      tags,
      request: { params: IdParams, query: PageQuery },
      responses: {
        200: { description: 'A page.', content: json(bodies.pageBody(bodies.RunBody)) },
      },
      errors: [],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const { limit, cursor } = readQuery(c, PageQuery);
      const page = await listRuns(house, who, scenarioId(c), given({ limit, cursor }));
      return c.json(bodies.toPageBody(page, bodies.toRunBody));
    },
  );

  addOperation(
    app,
    {
      method: 'get',
      path: '/api/scheduler/runs/{id}',
      summary: 'A run with its steps',
      description: 'Not on the product page: the `Location` of a run that was started.',
      tags,
      request: { params: RunIdParams },
      responses: { 200: { description: 'Found.', content: json(bodies.RunWithStepsBody) } },
      errors: [],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const run = await getRun(house, who, runId(c));
      return c.json({ ...bodies.toRunBody(run), steps: run.steps.map(bodies.toStepRunBody) });
    },
  );

  addOperation(
    app,
    {
      method: 'get',
      path: '/api/scheduler/runs/{id}/artifacts/{name}',
      summary: 'A file that a step of a run left',
      description:
        'Not on the product page: a report as it was sent. A download, whatever it holds, but for a PDF that is asked for `inline`.',
      tags,
      request: { params: ArtifactParams, query: ArtifactQuery },
      responses: {
        200: {
          description: 'Its bytes, under the media type that the run lists.',
          content: FILES,
          headers: DISPOSITION,
        },
      },
      errors: [],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const { pos, inline } = readQuery(c, ArtifactQuery);
      const name = c.req.param('name') ?? '';
      const file = await getArtifact(house, who, runId(c), name, pos ?? null);
      c.header('Content-Type', file.mediaType);
      const shown = inline === 'true' && isShown(file);
      // Names have neither quotes nor anything outside ASCII.
      const how = shown ? 'inline' : 'attachment';
      c.header('Content-Disposition', `${how}; filename="${file.name}"`);
      c.header('Content-Security-Policy', shown ? PDF_POLICY : "default-src 'none'; sandbox");
      if (shown) c.header('X-Frame-Options', 'SAMEORIGIN');
      return c.body(new Uint8Array(file.bytes));
    },
  );
}

/** The id in the path. @throws DomainError NOT_FOUND for what can be none. */
export function runId(c: RestContext): number {
  const text = c.req.param('id') ?? '';
  const id = parseId(text, Number.MAX_SAFE_INTEGER);
  if (id === null) throw new DomainError('NOT_FOUND', `No run ${text}.`);
  return id;
}
