/** What the product page does not have and an operator needs: cancel, retry, backfill. */
import { z } from '@hono/zod-openapi';
import { RETRY_MODES, retryRun } from '#domain/run/retry-run.ts';
import { backfillScenario, type Backfill } from '#domain/scenario/backfill-scenario.ts';
import { cancelRun, getRun } from '#domain/scenario/runs.ts';
import { parseForm } from '#domain/step/form-problems.ts';
import { MAX_BACKFILL } from '#domain/tick/backfill-times.ts';
import { BACKFILL_OVERLAPS } from '#domain/tick/fire-backfill.ts';
import { invalid } from '#platform/errors.ts';
import * as bodies from './bodies.ts';
import { readJson, readOptionalJson } from './body.ts';
import {
  addOperation,
  assertProject,
  namedProject,
  signedIn,
  type RestApp,
  type RestHouse,
} from './context.ts';
import { runId } from './runs.ts';
import { IdParams, LOCATION, RunIdParams, scenarioId } from './scenarios.ts';

const Instant = z.iso.datetime({ offset: true });

const RetryRequest = z.strictObject({
  mode: z
    .enum(RETRY_MODES)
    .default('from_failed')
    .describe('from_failed takes over the steps that succeeded before the first that did not'),
});

const BackfillRequest = z.strictObject({
  from: Instant.describe('exclusive').meta({ example: '2026-01-01T00:00:00Z' }),
  to: Instant.optional().describe('inclusive, at most now; now when left out'),
  overlap: z
    .enum(BACKFILL_OVERLAPS)
    .default('buffer_all')
    .describe('buffer_all: one after the other; allow: all at once, beside what is active'),
  dry_run: z.boolean().default(false).describe('only answers what it would do'),
});

const BackfillBody = z
  .object({
    id: z.int().nullable().describe('null: a dry run, or nothing was due'),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    overlap: z.enum(BACKFILL_OVERLAPS),
    run_count: z.int().describe('due times that no calendar excludes'),
    fired_before_count: z.int().describe('due times that had a run before'),
    due_times: z.array(
      z.object({
        due_at: z.iso.datetime(),
        moved_by_clock_change: z.boolean(),
        fired_before: z.boolean(),
        excluded: z.boolean().describe('by the calendar'),
        run_id: z.int().nullable(),
      }),
    ),
  })
  .openapi('Backfill');

export function addRunCommands(app: RestApp, house: RestHouse): void {
  const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
  const tags = ['runs'];
  const ours = 'Not on the product page.';

  addOperation(
    app,
    {
      method: 'post',
      path: '/api/scheduler/runs/{id}/cancel',
      summary: 'Ask a run to end',
      description: `${ours} A waiting or queued one has ended with the answer, a running one ends within seconds.`,
      tags,
      request: { params: RunIdParams },
      responses: { 202: { description: 'The run.', content: json(bodies.RunBody) } },
      errors: [403, 409],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const id = runId(c);
      assertProject(c, await getRun(house, who, id), 'run');
      await cancelRun(house, who, id);
      return c.json(bodies.toRunBody(await getRun(house, who, id)), 202);
    },
  );

  addOperation(
    app,
    {
      method: 'post',
      path: '/api/scheduler/runs/{id}/retry',
      summary: 'Run a finished run once more',
      description: `${ours} Makes a new run with the configuration, parameters and due time of the old one, which stays as it is. While one retry of a run goes, another is 409.`,
      tags,
      request: { params: RunIdParams, body: { content: json(RetryRequest), required: false } },
      responses: {
        202: { description: 'The new run.', content: json(bodies.RunBody), headers: LOCATION },
      },
      errors: [403, 409, 500],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const id = runId(c);
      const { data, problems } = parseForm(RetryRequest, await readOptionalJson(c));
      if (data === null) throw invalid(problems);
      assertProject(c, await getRun(house, who, id), 'run');
      const retry = await retryRun(house, who, id, data);
      c.header('Location', `/api/scheduler/runs/${retry.runId}`);
      return c.json(bodies.toRunBody(await getRun(house, who, retry.runId)), 202);
    },
  );

  addOperation(
    app,
    {
      method: 'post',
      path: '/api/scheduler/scenarios/{id}/backfill',
      summary: 'Make a run for every past due time of a range',
      description: `${ours} Under the trigger as it is stored, of paused scenarios too, whether a run was made before or not. More than ${MAX_BACKFILL} due times are 422, with the place to split.`,
      tags: ['scenarios'],
      request: { params: IdParams, body: { content: json(BackfillRequest), required: true } },
      responses: {
        200: { description: 'A dry run, or nothing was due.', content: json(BackfillBody) },
        202: { description: 'The runs were made.', content: json(BackfillBody) },
      },
      errors: [403, 409, 500],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const id = scenarioId(c);
      const { data, problems } = parseForm(BackfillRequest, await readJson(c));
      if (data === null) throw invalid(problems);
      const { from, to, overlap, dry_run: dryRun } = data;
      const backfill = await backfillScenario(
        house,
        who,
        id,
        { from: new Date(from), to: to === undefined ? null : new Date(to), overlap, dryRun },
        { projectId: namedProject(c) },
      );
      return c.json(toBackfillBody(backfill), backfill.id === null ? 200 : 202);
    },
  );
}

function toBackfillBody({
  id,
  from,
  to,
  overlap,
  dueTimes,
}: Backfill): z.infer<typeof BackfillBody> {
  return {
    id,
    from: from.toISOString(),
    to: to.toISOString(),
    overlap,
    run_count: dueTimes.filter((time) => !time.excluded).length,
    fired_before_count: dueTimes.filter((time) => time.firedBefore).length,
    due_times: dueTimes.map((time) => ({
      due_at: time.dueAt.toISOString(),
      moved_by_clock_change: time.movedByClockChange,
      fired_before: time.firedBefore,
      excluded: time.excluded,
      run_id: time.runId,
    })),
  };
}
