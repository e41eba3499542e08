/** Projects. */
import { may } from '#domain/access/principal.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import { nodeId, readId } from './id.ts';
import { newestFirst, pageCost } from './paging.ts';
import { RunConnection } from './run.ts';
import { ScenarioConnection } from './scenario.ts';
import { viewable } from './viewable.ts';

export const Project = builder.prismaNode('Project', {
  nullable: true,
  description:
    'What a team builds together: datasets, dashboards and the scenarios that keep them fresh.',
  id: { field: 'id', description: 'As in `Project:3`.' },
  findUnique: (id, context) => ({ id: nodeId(id), AND: [viewable(who(context))] }),
  select: { id: true },
  fields: (t) => ({
    databaseId: t.exposeInt('id', { description: 'The number that REST shows.' }),
    slug: t.exposeString('slug', { description: 'Unique in the organisation.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    timezone: t.exposeString('timezone', {
      nullable: true,
      description: 'The zone of schedules that name none; null: the organisation’s.',
    }),
    zone: t.string({
      description:
        'The zone in force for schedules that name none: its own, else the organisation’s.',
      select: { timezone: true, org: { select: { timezone: true } } },
      resolve: ({ timezone, org }) => timezone ?? org.timezone,
    }),
    maxRunning: t.exposeInt('maxRunning', {
      nullable: true,
      description: 'How many of its runs may be running at once; null: no limit.',
    }),
    owner: t.relation('owner', { description: 'Who answers for it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    canEdit: t.boolean({
      description: 'Whether the caller may change and run what is in it.',
      resolve: ({ id }, _args, context) => may(who(context), 'project.edit', id),
    }),
    scenarios: t.relatedConnection(
      'scenarios',
      {
        description: 'Its scenarios, newest first, without deleted ones.',
        cursor: 'id',
        totalCount: true,
        complexity: pageCost,
        query: { where: { deletedAt: null }, orderBy: { id: 'desc' } },
      },
      ScenarioConnection,
    ),
    runs: t.relatedConnection(
      'runs',
      {
        description: 'Its runs, newest first.',
        cursor: 'id',
        totalCount: true,
        complexity: pageCost,
        query: { orderBy: { id: 'desc' } },
      },
      RunConnection,
    ),
  }),
});

const ProjectConnection = connectionOf(Project, 'Project', 'projects');

builder.queryFields((t) => ({
  project: t.prismaField({
    type: Project,
    nullable: true,
    description: 'One project; null when there is none that the caller may see.',
    args: { id: t.arg.id({ required: true, description: '`Project:3` or 3.' }) },
    resolve: (query, _root, { id }, context) =>
      context.prisma.project.findFirst({
        ...query,
        where: { id: readId('Project', id, 'id'), AND: [viewable(who(context))] },
      }),
  }),
  projects: t.prismaConnection(
    {
      type: Project,
      description: 'The projects that the caller may see, newest first.',
      cursor: 'id',
      complexity: pageCost,
      totalCount: (_root, _args, context) =>
        context.prisma.project.count({ where: viewable(who(context)) }),
      resolve: (page, _root, _args, context) => {
        const { query, beyond } = newestFirst(page);
        return context.prisma.project.findMany({
          ...query,
          where: { AND: [viewable(who(context)), beyond] },
        });
      },
    },
    ProjectConnection,
  ),
}));
