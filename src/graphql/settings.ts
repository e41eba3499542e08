/** Settings of the organisation and of its projects. */
import { readSettings, updateOrganisation } from '#domain/org/settings.ts';
import { updateProject } from '#domain/project/settings.ts';
import {
  deleteProject,
  projectDependants,
  type Dependant,
} from '#domain/project/settings-delete.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { Organisation } from './organisation.ts';
import { Project } from './project.ts';

const PROJECT = '`Project:3` or 3.';

builder.prismaObjectFields(Organisation, (t) => ({
  allowedRecipientDomains: t.stringList({
    description: 'Mail goes only to addresses in these; empty: to any.',
    select: { settings: true },
    resolve: ({ settings }) => [...readSettings(settings).allowedRecipientDomains],
  }),
  runRetentionDays: t.int({
    description: 'How long runs and ticks are kept after their end, in days.',
    select: { settings: true },
    resolve: ({ settings }) => readSettings(settings).runRetentionDays,
  }),
  eventRetentionDays: t.int({
    description: 'How long events and logs are kept after the end of their run, in days.',
    select: { settings: true },
    resolve: ({ settings }) => readSettings(settings).eventRetentionDays,
  }),
}));

const ProjectDependant = builder.objectRef<Dependant>('ProjectDependant').implement({
  description: 'What goes with a project when it is deleted, of one kind.',
  fields: (t) => ({
    kind: t.exposeString('kind', {
      description:
        '`scenario`, `dataset`, `recipe`, `dashboard`, `agent`, `connector`, `calendar`, `template` (switched on), `token` (that means it), `table` (in its warehouse) or `run`.',
    }),
    count: t.exposeInt('count', { description: 'How many; runs are counted up to 10,000.' }),
    names: t.stringList({
      description: 'The first ten, in order; none for runs.',
      resolve: ({ names }) => [...names],
    }),
  }),
});

const DeletedProject = builder.objectRef<{ id: number; slug: string }>('DeletedProject');
DeletedProject.implement({
  description: 'A project that was deleted.',
  fields: (t) => ({
    id: t.id({ description: 'What it was: `Project:3`.', resolve: ({ id }) => `Project:${id}` }),
    slug: t.exposeString('slug', { description: 'What it was called.' }),
  }),
});

builder.queryFields((t) => ({
  organisation: t.prismaField({
    type: Organisation,
    description: 'The organisation that this request speaks for, with its settings.',
    resolve: (query, _root, _args, context) =>
      context.prisma.org.findUniqueOrThrow({ ...query, where: { id: who(context).orgId } }),
  }),
  projectDependants: t.field({
    type: [ProjectDependant],
    description: 'What would go with a project. Needs org.admin.',
    args: { id: t.arg.id({ required: true, description: PROJECT }) },
    resolve: (_root, { id }, context) =>
      projectDependants(context.pool, who(context), readId('Project', id, 'id')),
  }),
}));

builder.mutationFields((t) => ({
  updateOrganisation: t.prismaField({
    type: Organisation,
    errors: FAILURES,
    description:
      'Changes what is named. Another zone moves the due times of everything that has none of its own. Needs org.admin.',
    args: {
      name: t.arg.string({ description: 'For people.' }),
      timezone: t.arg.string({ description: 'Of schedules whose project names none.' }),
      allowedRecipientDomains: t.arg.stringList({
        description: 'Mail goes only to addresses in these; empty: to any.',
      }),
      runRetentionDays: t.arg.int({ description: 'Of runs and ticks, 1 to 3,650.' }),
      eventRetentionDays: t.arg.int({ description: 'Of events and logs, 1 to 3,650.' }),
    },
    resolve: (query, _root, args, context) =>
      expected(async () => {
        await updateOrganisation(context.pool, who(context), given(args));
        const where = { id: who(context).orgId };
        return context.prisma.org.findUniqueOrThrow({ ...query, where });
      }),
  }),
  updateProject: t.prismaField({
    type: Project,
    errors: FAILURES,
    description:
      'Changes what is named; null is a value for zone, limit and folder. Another zone moves the due times of scenarios that have none of their own. Owner, limit and folder need org.admin.',
    args: {
      id: t.arg.id({ required: true, description: PROJECT }),
      name: t.arg.string({ description: 'For people.' }),
      timezone: t.arg.string({
        description: 'Of schedules that name none; null: the organisation’s.',
      }),
      ownerUserId: t.arg.id({ description: 'Who answers for it: `User:7` or 7.' }),
      maxRunning: t.arg.int({
        description: 'How many of its runs may be running at once, 1 to 10,000; null: no limit.',
      }),
      dbtFolder: t.arg.string({
        description:
          'The folder below the workers’ DBT_ROOT whose dbt project its recipes are; null: one is made of its recipes.',
      }),
    },
    resolve: (query, _root, { id: given, name, timezone, ownerUserId, ...rest }, context) =>
      expected(async () => {
        const id = readId('Project', given, 'id');
        await updateProject(context.pool, who(context), id, {
          ...(name != null && { name }),
          ...(timezone !== undefined && { timezone }),
          ...(ownerUserId != null && { ownerUserId: readId('User', ownerUserId, 'ownerUserId') }),
          ...(rest.maxRunning !== undefined && { maxRunning: rest.maxRunning }),
          ...(rest.dbtFolder !== undefined && { dbtFolder: rest.dbtFolder }),
        });
        return context.prisma.project.findUniqueOrThrow({ ...query, where: { id } });
      }),
  }),
  deleteProject: t.field({
    type: DeletedProject,
    errors: FAILURES,
    description:
      'Deletes a project for good, with its history and the tables that it built; a Conflict while runs are active. Needs org.admin.',
    args: {
      id: t.arg.id({ required: true, description: PROJECT }),
      confirmSlug: t.arg.string({ required: true, description: 'Its slug, typed again.' }),
    },
    resolve: (_root, { id, confirmSlug }, context) =>
      expected(async () =>
        deleteProject(context.pool, who(context), readId('Project', id, 'id'), confirmSlug),
      ),
  }),
}));

/** What was given, without what was left out or null. */
function given<Args extends object>(args: Args) {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value != null)) as {
    [Name in keyof Args]?: NonNullable<Args[Name]>;
  };
}
