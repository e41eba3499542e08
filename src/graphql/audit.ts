/** The audit log: who changed what, when, from where. */
import { auditRange } from '#domain/access/audit-log.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { readId } from './id.ts';
import { loader } from './loader.ts';
import { newestFirst, pageCost } from './paging.ts';
import { User } from './user.ts';

/** Those who have left, too: what they did stays theirs. */
const actorsOf = loader((ids, { prisma }) => prisma.user.findMany({ where: { id: { in: ids } } }));

const AuditEntry = builder.prismaObject('AuditLog', {
  name: 'AuditEntry',
  description: 'One change, as it was written in the change’s own transaction.',
  select: { id: true },
  fields: (t) => ({
    id: t.id({ description: 'As in `AuditEntry:9`.', resolve: ({ id }) => `AuditEntry:${id}` }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'Who; the system itself is 0.',
      select: { userId: true },
      resolve: ({ userId }, _args, context) => actorsOf(context).load(userId),
    }),
    action: t.exposeString('action', { description: 'What was done: `scenario.update`.' }),
    resourceType: t.exposeString('resourceType', { description: 'To what: `scenario`.' }),
    resourceId: t.exposeString('resourceId', { description: 'To which: its number.' }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'As it was, without secrets; null: there was nothing.',
      select: { before: true },
      resolve: ({ before }) => before,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'As it is now, without secrets; null: there is nothing any more.',
      select: { after: true },
      resolve: ({ after }) => after,
    }),
    address: t.exposeString('address', {
      nullable: true,
      description: 'Where the caller came from; null for the system.',
    }),
  }),
});

type Filter = {
  readonly action?: string | null | undefined;
  readonly resourceType?: string | null | undefined;
  readonly resourceId?: string | null | undefined;
  readonly userId?: string | null | undefined;
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
};

async function conditions(filter: Filter, context: Context): Promise<Prisma.AuditLogWhereInput> {
  const { action, resourceType, resourceId, userId, from, to } = filter;
  const principal = who(context);
  const period = { from: from ?? null, to: to ?? null };
  const { atLeast, below, isEmpty } = await auditRange(context.pool, principal, period);
  // Postgres takes no NUL in a text, and nothing that is stored has one.
  const holdsNul = [action, resourceType, resourceId].some((text) => text?.includes('\0'));
  return {
    orgId: principal.orgId,
    ...(action != null && !holdsNul && { action }),
    ...(resourceType != null && !holdsNul && { resourceType }),
    ...(resourceId != null && !holdsNul && { resourceId }),
    ...(userId != null && { userId: readId('User', userId, 'userId') }),
    AND: [
      ...(period.from ? [{ at: { gte: period.from } }] : []),
      ...(period.to ? [{ at: { lt: period.to } }] : []),
      ...(atLeast === null ? [] : [{ id: { gte: atLeast } }]),
      ...(below === null ? [] : [{ id: { lt: below } }]),
      ...(isEmpty || holdsNul ? [{ id: -1n }] : []),
    ],
  };
}

builder.queryField('auditLog', (t) =>
  t.prismaConnection(
    {
      type: AuditEntry,
      description: 'Every change in the organisation, the latest first. Needs org.admin.',
      cursor: 'id',
      complexity: pageCost,
      args: {
        action: t.arg.string({ description: 'What was done: `scenario.update`.' }),
        resourceType: t.arg.string({ description: 'To what: `scenario`.' }),
        resourceId: t.arg.string({ description: 'To which: its number.' }),
        userId: t.arg.id({ description: 'Who did it: `User:7` or 7.' }),
        from: t.arg({ type: 'DateTime', description: 'At or after.' }),
        to: t.arg({ type: 'DateTime', description: 'Before.' }),
      },
      totalCount: async (_root, args, context) =>
        context.prisma.auditLog.count({ where: await conditions(args, context) }),
      resolve: async (page, _root, args, context) => {
        const { query, beyond } = newestFirst(page);
        return context.prisma.auditLog.findMany({
          ...query,
          where: { AND: [await conditions(args, context), beyond] },
        });
      },
    },
    connectionOf(AuditEntry, 'AuditEntry', 'changes'),
  ),
);
