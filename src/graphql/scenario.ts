/** Scenarios: what they are. */
import { may } from '#domain/access/principal.ts';
import type { StoredPolicies } from '#domain/scenario/forms.ts';
import { toScenario } from '#domain/scenario/scenario.ts';
import type { ScenarioRow } from '#domain/scenario/scenario.sql.ts';
import type { Run as RunRow, Tick as TickRow } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import { COUNTED, historyCount, historyPage } from './history.ts';
import { nodeId } from './id.ts';
import { pageCost } from './paging.ts';
import { Policies } from './policies.ts';
import { Run, RunConnection } from './run.ts';
import { Step } from './step.ts';
import type { StepShape } from './step.ts';
import { Tick, TickConnection } from './tick.ts';
import { readTrigger, TriggerInterface } from './trigger.ts';
import { inViewable } from './viewable.ts';

export const SCENARIO_STATES = {
  BROKEN: { value: 'broken', description: 'It cannot tick until it is edited; `broken` says why.' },
  DISABLED: { value: 'disabled', description: 'Switched off.' },
  PAUSED: { value: 'paused', description: 'An operator paused it; `pause` says why.' },
  ACTIVE: { value: 'active', description: 'Its trigger fires.' },
} as const;
export type ScenarioStateName = (typeof SCENARIO_STATES)[keyof typeof SCENARIO_STATES]['value'];

export const ScenarioState = builder.enumType('ScenarioState', {
  description: 'The first of these that holds.',
  values: SCENARIO_STATES,
});

type PauseShape = { pausedAt: Date; pausedUntil: Date | null; pauseNote: string | null };

const Pause = builder.objectRef<PauseShape>('Pause').implement({
  description: 'An operator’s pause.',
  fields: (t) => ({
    at: t.expose('pausedAt', { type: 'DateTime', description: 'When it began.' }),
    until: t.expose('pausedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends by itself; null: it does not.',
    }),
    note: t.exposeString('pauseNote', {
      nullable: true,
      description: 'Why, in the operator’s words.',
    }),
  }),
});

type BrokenShape = { code: string; message: string; config?: unknown };

const Broken = builder.objectRef<BrokenShape>('Broken').implement({
  description: 'Why a scenario cannot tick until it is edited.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'As in REST: `trigger_config`.' }),
    message: t.exposeString('message', { description: 'For a person.' }),
    config: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Exactly the part of the configuration that is at fault.',
      resolve: ({ config }) => config ?? null,
    }),
  }),
});

export const Scenario = builder.prismaNode('Scenario', {
  nullable: true,
  description: 'A trigger, an ordered list of steps and policies, owned by a user, in a project.',
  id: { field: 'id', description: 'As in `Scenario:42`.' },
  findUnique: (id, context) => ({
    id: nodeId(id),
    AND: [inViewable(who(context)), { deletedAt: null }],
  }),
  select: { id: true },
  fields: (t) => ({
    databaseId: t.exposeInt('id', { description: 'The number that REST shows.' }),
    slug: t.exposeString('slug', { description: 'Unique in the project.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    description: t.exposeString('description', { description: 'For people; may be empty.' }),
    project: t.relation('project', { description: 'Where it lies.' }),
    owner: t.relation('owner', { description: 'With whose rights it runs and reports.' }),
    trigger: t.field({
      type: TriggerInterface,
      nullable: true,
      description: 'What makes it fire; null: only by hand.',
      select: { trigger: true },
      resolve: ({ trigger }) => readTrigger(trigger),
    }),
    steps: t.field({
      type: [Step],
      description: 'What it does, in order.',
      select: { steps: true },
      resolve: ({ steps }) => stepShapes(steps),
    }),
    stepKinds: t.exposeStringList('stepKinds', { description: 'The kinds among its steps.' }),
    policies: t.field({
      type: Policies,
      description: 'What it does about overlaps, lateness and failures.',
      select: { policies: true },
      resolve: ({ policies }) => policies as StoredPolicies,
    }),
    zone: t.exposeString('zone', {
      description:
        'The time zone in force: the trigger’s, else the project’s, else the organisation’s.',
    }),
    state: t.field({
      type: ScenarioState,
      description: 'Whether its trigger fires, and if not, why.',
      select: { broken: true, trigger: true, enabled: true, pausedAt: true },
      resolve: (scenario) => {
        if (brokenOf(scenario)) return 'broken' as const;
        if (!scenario.enabled) return 'disabled' as const;
        return scenario.pausedAt ? ('paused' as const) : ('active' as const);
      },
    }),
    enabled: t.exposeBoolean('enabled', {
      description: 'The switch, whatever an operator paused.',
    }),
    pause: t.field({
      type: Pause,
      nullable: true,
      description: 'The operator’s pause, if there is one.',
      select: { pausedAt: true, pausedUntil: true, pauseNote: true },
      resolve: ({ pausedAt, ...rest }) => pausedAt && { pausedAt, ...rest },
    }),
    broken: t.field({
      type: Broken,
      nullable: true,
      description: 'Why it cannot tick until it is edited.',
      select: { broken: true, trigger: true },
      resolve: brokenOf,
    }),
    nextDueAt: t.expose('nextDueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The earliest due time that is not decided; null: it does not tick.',
    }),
    version: t.exposeInt('version', {
      description: 'Raised by every saved change; send it as `ifVersion`.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When it was last changed.',
    }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Set on a deleted one, which only the history still shows.',
    }),
    canEdit: t.boolean({
      description: 'Whether the caller may change and run it.',
      select: { projectId: true },
      resolve: ({ projectId }, _args, context) => may(who(context), 'project.edit', projectId),
    }),
    runs: t.prismaConnection(
      {
        type: Run,
        description: `Its runs, newest first. ${COUNTED}`,
        cursor: 'id',
        complexity: pageCost,
        totalCount: ({ id }, _args, context) => historyCount(context, 'run.scenario_id', id),
        resolve: (page, { id }, _args, context) =>
          historyPage<RunRow>(context, 'run.scenario_id', page, id),
      },
      RunConnection,
    ),
    ticks: t.prismaConnection(
      {
        type: Tick,
        description: `What was decided about its due times, newest first. ${COUNTED}`,
        cursor: 'id',
        complexity: pageCost,
        totalCount: ({ id }, _args, context) => historyCount(context, 'tick.scenario_id', id),
        resolve: (page, { id }, _args, context) =>
          historyPage<TickRow>(context, 'tick.scenario_id', page, id),
      },
      TickConnection,
    ),
  }),
});

export const ScenarioConnection = connectionOf(Scenario, 'Scenario', 'scenarios');

export function stepShapes(steps: unknown): StepShape[] {
  return (steps as StepShape['wire'][]).map((wire, pos) => ({ pos, wire }));
}

/** The domain's own judgement, which reads no more than these two. */
function brokenOf(scenario: { broken: unknown; trigger: unknown }): BrokenShape | null {
  return toScenario(scenario as ScenarioRow).broken;
}
