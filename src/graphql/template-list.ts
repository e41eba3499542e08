/** Which templates there are. */
import type { Prisma } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { invalid } from '#platform/errors.ts';
import { INT_MAX, readId } from './id.ts';
import { newestFirst, pageCost } from './paging.ts';
import { Template } from './template.ts';

/** Every member of the organisation reads its templates. */
const readable = (context: Context) => ({ orgId: who(context).orgId, deletedAt: null });

type Filter = {
  readonly q?: string | null | undefined;
  readonly stepKind?: string | null | undefined;
};

function conditions({ q, stepKind }: Filter): Prisma.TemplateWhereInput[] {
  const part = q && {
    contains: q.replaceAll(/[\\%_]/g, String.raw`\$&`),
    mode: 'insensitive' as const,
  };
  return [
    ...(part ? [{ OR: [{ displayName: part }, { slug: part }, { description: part }] }] : []),
    ...(stepKind == null ? [] : [{ stepKinds: { has: stepKind } }]),
  ];
}

const filterArgs = {
  q: 'Part of a name, slug or description, in any case.',
  stepKind: 'With a step of this kind: `sync_dataset`.',
};

builder.queryFields((t) => ({
  template: t.prismaField({
    type: Template,
    nullable: true,
    description: 'One template, by id or slug; null when there is none that the caller may see.',
    args: {
      id: t.arg.id({ description: '`Template:3` or 3; or give `slug`.' }),
      slug: t.arg.string({ description: 'Unique in the organisation; or give `id`.' }),
    },
    resolve: (query, _root, { id, slug }, context) => {
      if ((id == null) === (slug == null)) {
        throw invalid([{ path: ['id'], message: 'give either id or slug' }]);
      }
      const named = id == null ? { slug: slug! } : { id: readId('Template', id, 'id') };
      return context.prisma.template.findFirst({
        ...query,
        where: { ...named, AND: [readable(context)] },
      });
    },
  }),
  templates: t.prismaConnection(
    {
      type: Template,
      description: 'The templates of the organisation, newest first.',
      cursor: 'id',
      complexity: pageCost,
      args: {
        q: t.arg.string({ description: filterArgs.q }),
        stepKind: t.arg.string({ description: filterArgs.stepKind }),
      },
      totalCount: (_root, args, context) =>
        context.prisma.template.count({ where: { AND: [readable(context), ...conditions(args)] } }),
      resolve: (page, _root, args, context) => {
        const { query, beyond } = newestFirst(page, { largest: INT_MAX });
        return context.prisma.template.findMany({
          ...query,
          where: { AND: [readable(context), ...conditions(args), beyond] },
        });
      },
    },
    connectionOf(Template, 'Template', 'templates'),
  ),
}));
