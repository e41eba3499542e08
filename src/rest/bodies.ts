/** Scenarios and runs as REST spells them: snake_case, instants in ISO 8601 UTC. One schema each, for the
 *  document and for the type of what is answered. */
import { z } from '@hono/zod-openapi';
import { POLICIES } from '#domain/scenario/forms.ts';
import { POLICY_DEFAULTS, withDefaults } from '#domain/scenario/policies.ts';
import type { Page } from '#domain/scenario/page.ts';
import type { Run, StepRun } from '#domain/scenario/runs.ts';
import type { Scenario } from '#domain/scenario/scenario.ts';

import { TriggerBody } from './trigger-form.ts';

const Instant = z.iso.datetime();
const MaybeInstant = Instant.nullable();

const RUN_EXAMPLE = {
  id: 4711,
  project_id: 42,
  scenario_id: 7,
  name: 'Nightly orders',
  state: 'queued' as const,
  source: 'manual' as const,
  due_at: '2026-01-31T19:00:00.000Z',
  params: { day: '2026-01-31' },
  reason: null,
  triggered_by_user_id: 3,
  origin_run_id: null,
  cancel_requested_at: null,
  created_at: '2026-01-31T19:00:00.000Z',
  started_at: null,
  finished_at: null,
};

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
  .openapi('Run', { example: RUN_EXAMPLE });

const STEP_RUN_EXAMPLE = {
  pos: 0,
  name: 'snapshot_dashboards',
  kind: 'snapshot_dashboards',
  state: 'pending' as const,
  attempt: 0,
  output: null,
  reason: null,
  progress: null,
  started_at: null,
  finished_at: null,
};

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
    output: z.unknown().describe('what the kind of step answers; null before its end'),
    reason: z.string().nullable(),
    progress: z.unknown().describe('{done, total, note} as last reported'),
    started_at: MaybeInstant,
    finished_at: MaybeInstant,
  })
  .openapi('StepRun', { example: STEP_RUN_EXAMPLE });

export const RunWithStepsBody = RunBody.extend({ steps: z.array(StepRunBody) }).openapi(
  'RunWithSteps',
  { example: { ...RUN_EXAMPLE, steps: [STEP_RUN_EXAMPLE] } },
);

export const BrokenBody = z
  .object({
    error: z
      .string()
      .describe('the code, as the error of a run or a change has it')
      .openapi({ example: 'trigger_config' }),
    message: z.string().describe('for a person'),
    config: z.unknown().describe('exactly the offending part'),
  })
  .openapi('Broken');

const SCENARIO_EXAMPLE = {
  id: 7,
  org_id: 1,
  project_id: 42,
  slug: 'nightly-orders',
  name: 'Nightly orders',
  description: '',
  owner_user_id: 3,
  trigger: { cron: '0 2 * * *', timezone: 'Asia/Jakarta' },
  steps: [{ kind: 'sync_dataset', name: 'sync_dataset', datasets: ['orders', 'customers'] }],
  policies: POLICY_DEFAULTS,
  timezone: 'Asia/Jakarta',
  enabled: true,
  paused_at: null,
  paused_until: null,
  pause_note: null,
  broken: null,
  next_due_at: '2026-01-31T19:00:00.000Z',
  version: 3,
  created_at: '2026-01-05T08:00:00.000Z',
  updated_at: '2026-01-12T08:30:00.000Z',
};

const StepBody = z
  .looseObject({
    kind: z.string().describe('which of the kinds it is; their forms stand at POST'),
    name: z.string().describe('unique in the scenario'),
  })
  .openapi('Step', { example: { kind: 'snapshot_dashboards', name: 'snapshot_dashboards' } });

const PoliciesBody = z
  .object(
    Object.fromEntries(
      Object.entries(POLICIES.shape).map(([field, form]) => [field, toBody(form)]),
    ),
  )
  .describe('with the defaults of what was not set; null: none')
  .openapi('Policies', { example: POLICY_DEFAULTS });

export const ScenarioBody = z
  .object({
    id: z.int(),
    org_id: z.int(),
    project_id: z.int(),
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    owner_user_id: z.int(),
    trigger: TriggerBody,
    steps: z.array(StepBody).describe('in the order in which they run'),
    policies: PoliciesBody,
    timezone: z.string().describe('in force: the trigger’s, the project’s or the organisation’s'),
    enabled: z.boolean(),
    paused_at: MaybeInstant,
    paused_until: MaybeInstant,
    pause_note: z.string().nullable(),
    broken: z
      .union([BrokenBody, z.null()])
      .describe('why it cannot tick until it is edited; null: it can'),
    next_due_at: MaybeInstant,
    version: z.int().describe('the ETag; raised by every change'),
    created_at: Instant,
    updated_at: Instant,
  })
  .openapi('Scenario', { example: SCENARIO_EXAMPLE });

export const ScenarioWithRunsBody = ScenarioBody.extend({
  runs: z.array(RunBody).describe('the last 100, newest first'),
}).openapi('ScenarioWithRuns', { example: { ...SCENARIO_EXAMPLE, runs: [RUN_EXAMPLE] } });

/** A policy as it is answered: a length of time is text by then. */
function toBody(form: z.ZodType): z.ZodType {
  const stored = form instanceof z.ZodPipe ? z.string() : form;
  const told = form.description === undefined ? stored : stored.describe(form.description);
  return told.nullable();
}

/** A list's shape. */
export const pageBody = (item: z.ZodType) =>
  z.object({
    items: z.array(item),
    total: z.int().describe('of the whole list; runs are counted up to 10000'),
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
