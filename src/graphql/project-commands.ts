/** Making projects. */
import { createProject } from '#domain/project/create-project.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { Project } from './project.ts';

const ProjectInput = builder.inputType('ProjectInput', {
  description: 'A new project.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'For people.' }),
    slug: t.string({
      description: 'Unique in the organisation; by default made from the name.',
    }),
    timezone: t.string({
      description:
        'The zone of schedules that name none, as in `Asia/Jakarta`; by default the organisation’s.',
    }),
    ownerUserId: t.id({
      description: 'Who answers for it, as in `User:7`; by default the caller.',
    }),
  }),
});

builder.mutationField('createProject', (t) =>
  t.prismaField({
    type: Project,
    errors: FAILURES,
    description:
      'Makes a project, with the templates that are on by default switched on in it. Needs org.admin.',
    args: { input: t.arg({ type: ProjectInput, required: true, description: 'What it is.' }) },
    resolve: (query, _root, { input: { name, slug, timezone, ownerUserId } }, context) =>
      expected(async () => {
        const { id } = await createProject(context, who(context), {
          name,
          ...(slug != null && { slug }),
          ...(timezone != null && { timezone }),
          ...(ownerUserId != null && {
            ownerUserId: readId('User', ownerUserId, 'ownerUserId'),
          }),
        });
        return context.prisma.project.findUniqueOrThrow({ ...query, where: { id } });
      }),
  }),
);
