/** Projects. */
import { may } from '#domain/access/principal.ts';
import { invalid } from '#platform/errors.ts';
import type { Prisma, Run as RunRow, Scenario as ScenarioRow } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import { COUNTED, historyCount, historyPage } from './history.ts';
import { INT_MAX, nodeId, readId } from './id.ts';
import { newestFirst, pageCost } from './paging.ts';
import { Run, RunConnection } from './run.ts';
import { Scenario, ScenarioConnection } from './scenario.ts';
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
    dbtFolder: t.exposeString('dbtFolder', {
      nullable: true,
      description:
        'The folder below the workers’ DBT_ROOT whose dbt project its recipes are; null: one is made of its recipes.',
    }),
    owner: t.relation('owner', { description: 'Who answers for it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    canEdit: t.boolean({
      description: 'Whether the caller may change and run what is in it.',
      resolve: ({ id }, _args, context) => may(who(context), 'project.edit', id),
    }),
    scenarios: t.prismaConnection(
      {
        type: Scenario,
        description: `Its scenarios, newest first, without deleted ones. ${COUNTED}`,
        cursor: 'id',
        complexity: pageCost,
        totalCount: ({ id }, _args, context) => historyCount(context, 'scenario.project_id', id),
        resolve: (page, { id }, _args, context) =>
          historyPage<ScenarioRow>(context, 'scenario.project_id', page, id),
      },
      ScenarioConnection,
    ),
    runs: t.prismaConnection(
      {
        type: Run,
        description: `Its runs, newest first. ${COUNTED}`,
        cursor: 'id',
        complexity: pageCost,
        totalCount: ({ id }, _args, context) => historyCount(context, 'run.project_id', id),
        resolve: (page, { id }, _args, context) =>
          historyPage<RunRow>(context, 'run.project_id', page, id),
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
    description: 'One project, by id or slug; null when there is none that the caller may see.',
    args: {
      id: t.arg.id({ description: '`Project:3` or 3; or give `slug`.' }),
      slug: t.arg.string({ description: 'Unique in the organisation; or give `id`.' }),
    },
    resolve: (query, _root, { id, slug }, context) => {
      if ((id == null) === (slug == null)) {
        throw invalid([{ path: ['id'], message: 'give either id or slug' }]);
      }
      const named = id == null ? { slug: slug! } : { id: readId('Project', id, 'id') };
      return context.prisma.project.findFirst({
        ...query,
        where: { ...named, AND: [viewable(who(context))] },
      });
    },
  }),
  projects: t.prismaConnection(
    {
      type: Project,
      description: 'The projects that the caller may see, newest first.',
      cursor: 'id',
      complexity: pageCost,
      args: { q: t.arg.string({ description: 'Part of a name or slug, in any case.' }) },
      totalCount: (_root, { q }, context) =>
        context.prisma.project.count({ where: { AND: [viewable(who(context)), named(q)] } }),
      resolve: (page, _root, { q }, context) => {
        const { query, beyond } = newestFirst(page, { largest: INT_MAX });
        return context.prisma.project.findMany({
          ...query,
          where: { AND: [viewable(who(context)), named(q), beyond] },
        });
      },
    },
    ProjectConnection,
  ),
}));

function named(q: string | null | undefined): Prisma.ProjectWhereInput {
  if (!q) return {};
  const part = {
    contains: q.replaceAll(/[\\%_]/g, String.raw`\$&`),
    mode: 'insensitive' as const,
  };
  return { OR: [{ name: part }, { slug: part }] };
}
