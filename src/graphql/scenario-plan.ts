/** Scenarios as whole configurations, in the form of REST and YAML: as they are, and what writing them would
 *  change. */
import { applyScenario } from '#domain/scenario/apply-scenario.ts';
import { planScenarios, toConfigurationWire } from '#domain/scenario/plan-scenarios.ts';
import type { ScenarioPlan } from '#domain/scenario/plan-scenarios.ts';
import { configurationOf } from '#domain/scenario/save-scenario.ts';
import type { Configuration } from '#domain/scenario/save-scenario.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { expected, FAILURES, ProblemType } from './failure.ts';
import { readId } from './id.ts';
import { Scenario } from './scenario.ts';

builder.prismaObjectField(Scenario, 'configuration', (t) =>
  t.field({
    type: 'JSON',
    description:
      'The whole configuration as REST and YAML spell it, with only those policies that were set. `planScenarios` and `applyScenario` take it back.',
    select: {
      slug: true,
      name: true,
      description: true,
      ownerUserId: true,
      enabled: true,
      trigger: true,
      steps: true,
      policies: true,
    },
    resolve: (scenario) => toConfigurationWire(scenario as unknown as Configuration),
  }),
);

const Plan = builder.objectRef<ScenarioPlan>('ScenarioPlan').implement({
  description: 'What writing a scenario would change.',
  fields: (t) => ({
    slug: t.exposeString('slug', {
      nullable: true,
      description: 'Which scenario is meant; null where the configuration does not say.',
    }),
    scenarioId: t.int({
      nullable: true,
      description: 'The number of the scenario of that slug; null: it would be created.',
      resolve: ({ scenario }) => scenario?.id ?? null,
    }),
    version: t.int({
      nullable: true,
      description: 'That scenario’s version; send it as `ifVersion`.',
      resolve: ({ scenario }) => scenario?.version ?? null,
    }),
    problems: t.field({
      type: [ProblemType],
      description: 'Every problem, with its place in the configuration.',
      resolve: ({ problems }) => [...problems],
    }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The configuration as it is stored; null: it would be created.',
      resolve: ({ scenario }) => scenario && toConfigurationWire(configurationOf(scenario)),
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The configuration as it would be stored; null where there are problems.',
      resolve: ({ after }) => after && toConfigurationWire(after),
    }),
  }),
});

builder.queryField('planScenarios', (t) =>
  t.field({
    type: [Plan],
    description:
      'What writing these configurations would change, one plan each in their order; nothing is written. What a configuration leaves out has its default, except `enabled` and `owner_user_id`, which stay as they are.',
    complexity: { field: 50, multiplier: 1 },
    args: {
      projectId: t.arg.id({ required: true, description: '`Project:3` or 3.' }),
      configurations: t.arg({
        type: ['JSON'],
        required: true,
        description: 'Whole scenarios as REST and YAML spell them. They may name each other.',
      }),
      scenarioIds: t.arg({
        type: t.arg.listRef('ID', { required: false }),
        description:
          'Which scenario each configuration is meant for, whatever its slug says; null, or a shorter list: its slug says it. `Scenario:42` or 42.',
      }),
    },
    resolve: (_root, { projectId, configurations, scenarioIds }, context) =>
      planScenarios(
        context,
        who(context),
        readId('Project', projectId, 'projectId'),
        configurations,
        (scenarioIds ?? []).map((id) =>
          id == null ? null : readId('Scenario', id, 'scenarioIds'),
        ),
      ),
  }),
);

builder.mutationField('applyScenario', (t) =>
  t.prismaField({
    type: Scenario,
    errors: FAILURES,
    description:
      'Makes a scenario what a whole configuration says: a new one, or the one that is named. What the configuration leaves out has its default, except `enabled`, `owner_user_id` and the slug of an existing one, which stay. One that is stored already is not written again. Problems tell their places in the configuration.',
    args: {
      projectId: t.arg.id({ required: true, description: 'Where: `Project:3` or 3.' }),
      scenarioId: t.arg.id({ description: '`Scenario:42` or 42; null: a new one.' }),
      configuration: t.arg({
        type: 'JSON',
        required: true,
        description: 'A whole scenario as REST and YAML spell it, and `Scenario.configuration`.',
      }),
      ifVersion: t.arg.int({
        description: 'The version that the caller has seen; another one is a Conflict.',
      }),
    },
    resolve: (query, _root, { projectId, scenarioId, configuration, ifVersion }, context) =>
      expected(async () => {
        const { id } = await applyScenario(
          context,
          who(context),
          readId('Project', projectId, 'projectId'),
          {
            scenarioId: scenarioId == null ? null : readId('Scenario', scenarioId, 'scenarioId'),
            wire: configuration,
            ifVersion: ifVersion ?? null,
          },
        );
        return context.prisma.scenario.findUniqueOrThrow({ ...query, where: { id } });
      }),
  }),
);
