/** What concerns an organisation, or a project, as a whole: pausing, draining, limits. */
import { pauseOrg, resumeOrg, type OrgPause } from '#domain/org/operate-org.ts';
import { setProjectLimit } from '#domain/project/project-limit.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { Project } from './project.ts';

export const OrganisationPause = builder.objectRef<OrgPause>('OrganisationPause').implement({
  description: 'Whether the organisation ticks and claims.',
  fields: (t) => ({
    pausedAt: t.expose('pausedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when nothing ticks; null: it ticks.',
    }),
    note: t.exposeString('pauseNote', { nullable: true, description: 'Why, in words.' }),
    draining: t.exposeBoolean('draining', {
      description: 'Whether queued runs stay queued as well.',
    }),
  }),
});

builder.mutationFields((t) => ({
  pauseOrganisation: t.field({
    type: OrganisationPause,
    errors: FAILURES,
    description:
      'Nothing of the organisation ticks until it is resumed; due times pass as paused and are not replayed. Needs org.admin.',
    args: {
      note: t.arg.string({ description: 'Why; shown with every tick that passes.' }),
      drain: t.arg.boolean({ description: 'Queued runs stay queued, too. Default false.' }),
    },
    resolve: (_root, { note, drain }, context) =>
      expected(async () =>
        pauseOrg(context.pool, who(context), { note: note ?? null, drain: drain ?? false }),
      ),
  }),
  resumeOrganisation: t.field({
    type: OrganisationPause,
    errors: FAILURES,
    description: 'Ticks and claims again from now. Needs org.admin.',
    resolve: (_root, _args, context) => expected(async () => resumeOrg(context.pool, who(context))),
  }),
  setProjectLimit: t.prismaField({
    type: Project,
    errors: FAILURES,
    description: 'How many runs of a project may be running at once. Needs org.admin.',
    args: {
      projectId: t.arg.id({ required: true, description: '`Project:3` or 3.' }),
      maxRunning: t.arg.int({ description: '1 to 10,000; null: no limit.' }),
    },
    resolve: (query, _root, { projectId, maxRunning }, context) =>
      expected(async () => {
        const id = readId('Project', projectId, 'projectId');
        await setProjectLimit(context.pool, who(context), id, maxRunning ?? null);
        return context.prisma.project.findUniqueOrThrow({ ...query, where: { id } });
      }),
  }),
}));
