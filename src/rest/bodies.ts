/** Scenarios and runs as REST spells them: snake_case, instants in ISO 8601 UTC. One schema each, for the
 *  document and for the type of what is answered. */
import { z } from '@hono/zod-openapi';
import { withDefaults } from '#domain/scenario/policies.ts';
import type { Page } from '#domain/scenario/page.ts';
import type { Run, StepRun } from '#domain/scenario/runs.ts';
import type { Scenario } from '#domain/scenario/scenario.ts';

const Instant = z.iso.datetime();
const MaybeInstant = Instant.nullable();

export const RunBody = z
  .object({
    id: z.int(),
    project_id: z.int(),
    scenario_id: z.int().nullable().describe('null: made without a scenario'),
    name: z.string(),
    state: z.enum(['waiting', 'queued', 'running', 'succeeded', 'failed', 'cancelled']),
    source: z.enum(['schedule', 'upstream', 'manual', 'backfill']),
    due_at: Instant,
    params: z.record(z.string(), z.unknown()),
    reason: z.string().nullable().describe('why it ended as it did'),
    triggered_by_user_id: z.int().nullable(),
    origin_run_id: z
      .int()
      .nullable()
      .describe('the first run of the chain of retries; null: no retry'),
    cancel_requested_at: MaybeInstant,
    created_at: Instant,
    started_at: MaybeInstant,
    finished_at: MaybeInstant,
  })
  .openapi('Run');

export const StepRunBody = z
  .object({
    pos: z.int().describe('0, 1, 2 … in the order of the configuration'),
    name: z.string(),
    kind: z.string(),
    state: z.enum([
      'pending',
      'running',
      'succeeded',
      'failed',
      'cancelled',
      'skipped',
      'rolled_back',
      'reused',
    ]),
    attempt: z.int().describe('the latest; 0 before the first'),
    output: z.unknown(),
    reason: z.string().nullable(),
    progress: z.unknown().describe('{done, total, note} as last reported'),
    started_at: MaybeInstant,
    finished_at: MaybeInstant,
  })
  .openapi('StepRun');

export const RunWithStepsBody = RunBody.extend({ steps: z.array(StepRunBody) }).openapi(
  'RunWithSteps',
);

export const BrokenBody = z
  .object({ error: z.string(), message: z.string(), config: z.unknown() })
  .openapi('Broken');

export const ScenarioBody = z
  .object({
    id: z.int(),
    org_id: z.int(),
    project_id: z.int(),
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    owner_user_id: z.int(),
    trigger: z.record(z.string(), z.unknown()).nullable().describe('null: manual only'),
    steps: z.array(z.record(z.string(), z.unknown())),
    policies: z.record(z.string(), z.unknown()).describe('with the defaults of what was not set'),
    timezone: z.string().describe('in force: the trigger’s, the project’s or the organisation’s'),
    enabled: z.boolean(),
    paused_at: MaybeInstant,
    paused_until: MaybeInstant,
    pause_note: z.string().nullable(),
    broken: BrokenBody.nullable().describe('why it cannot tick until it is edited'),
    next_due_at: MaybeInstant,
    version: z.int().describe('the ETag; raised by every change'),
    created_at: Instant,
    updated_at: Instant,
  })
  .openapi('Scenario');

export const ScenarioWithRunsBody = ScenarioBody.extend({
  runs: z.array(RunBody).describe('the last 100, newest first'),
}).openapi('ScenarioWithRuns');

/** A list's shape. */
export const pageBody = (item: z.ZodType) =>
  z.object({
    items: z.array(item),
    total: z.int().describe('of the whole list; runs are counted up to 100000'),
    next_cursor: z.string().nullable().describe('null on the last page'),
  });

export function toPageBody<Item, Body>(page: Page<Item>, toBody: (item: Item) => Body) {
  return { items: page.items.map(toBody), total: page.total, next_cursor: page.nextCursor };
}

export function toScenarioBody(scenario: Scenario): z.infer<typeof ScenarioBody> {
  const { broken } = scenario;
  return {
    id: scenario.id,
    org_id: scenario.orgId,
    project_id: scenario.projectId,
    slug: scenario.slug,
    name: scenario.name,
    description: scenario.description,
    owner_user_id: scenario.ownerUserId,
    trigger: scenario.trigger,
    steps: [...scenario.steps],
    policies: withDefaults(scenario.policies),
    timezone: scenario.zone,
    enabled: scenario.enabled,
    paused_at: toText(scenario.pausedAt),
    paused_until: toText(scenario.pausedUntil),
    pause_note: scenario.pauseNote,
    broken: broken && {
      error: broken.code,
      message: broken.message,
      config: broken.config ?? null,
    },
    next_due_at: toText(scenario.nextDueAt),
    version: scenario.version,
    created_at: scenario.createdAt.toISOString(),
    updated_at: scenario.updatedAt.toISOString(),
  };
}

export function toRunBody(run: Run): z.infer<typeof RunBody> {
  return {
    id: run.id,
    project_id: run.projectId,
    scenario_id: run.scenarioId,
    name: run.name,
    state: run.state,
    source: run.source,
    due_at: run.dueAt.toISOString(),
    params: run.params,
    reason: run.reason,
    triggered_by_user_id: run.triggeredByUserId,
    origin_run_id: run.originRunId,
    cancel_requested_at: toText(run.cancelRequestedAt),
    created_at: run.createdAt.toISOString(),
    started_at: toText(run.startedAt),
    finished_at: toText(run.finishedAt),
  };
}

export function toStepRunBody(step: StepRun): z.infer<typeof StepRunBody> {
  const { pos, name, kind, state, attempt, output, reason, progress } = step;
  return {
    ...{ pos, name, kind, state, attempt, output, reason, progress },
    started_at: toText(step.startedAt),
    finished_at: toText(step.finishedAt),
  };
}

function toText(instant: Date | null): string | null {
  return instant?.toISOString() ?? null;
}
