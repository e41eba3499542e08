/** Every configuration that a scenario has had. */
import { toConfigurationWire } from '#domain/scenario/plan-scenarios.ts';
import type { Configuration } from '#domain/scenario/save-scenario.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { pageCost } from './paging.ts';
import { Scenario } from './scenario.ts';
import { User, usersOf } from './user.ts';

const ScenarioVersion = builder.prismaObject('ScenarioVersion', {
  description: 'A configuration as it was saved.',
  select: { scenarioId: true, version: true },
  fields: (t) => ({
    id: t.id({
      description: 'As in `ScenarioVersion:42:7`.',
      resolve: ({ scenarioId, version }) => `ScenarioVersion:${scenarioId}:${version}`,
    }),
    version: t.exposeInt('version', { description: '1, 2, 3 … within the scenario.' }),
    author: t.field({
      type: User,
      nullable: true,
      description: 'Who saved it; null for one who has left the organisation.',
      select: { authorUserId: true },
      resolve: ({ authorUserId }, _args, context) => usersOf(context).load(authorUserId),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was saved.' }),
    configuration: t.field({
      type: 'JSON',
      description: 'The whole configuration, as `Scenario.configuration` spells it.',
      select: { config: true },
      resolve: ({ config }) => toConfigurationWire(config as unknown as Configuration),
    }),
  }),
});

builder.prismaObjectField(Scenario, 'versions', (t) =>
  t.relatedConnection(
    'versions',
    {
      description: 'Every configuration that was saved, the newest first.',
      cursor: 'scenarioId_version',
      totalCount: true,
      complexity: pageCost,
      query: { orderBy: { version: 'desc' } },
    },
    connectionOf(ScenarioVersion, 'ScenarioVersion', 'saved configurations'),
  ),
);
