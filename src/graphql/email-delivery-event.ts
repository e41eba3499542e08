/** Deliveries that change, pushed: a mail that was sent stands on the page at once. */
import { may } from '#domain/access/principal.ts';
import type { Change } from '#domain/event/changes.ts';
import { DomainError } from '#platform/errors.ts';
import { builder, PAGE } from './builder.ts';
import { who } from './context.ts';
import { EmailDelivery } from './email-delivery.ts';
import { guarded } from './live.ts';
import { inViewable } from './viewable.ts';
import { findWatched, watchedArgs, whereOf, type Where } from './watched.ts';

type Watching = Where | { readonly orgId: number };
type DeliveriesChange = Change & { readonly where: Watching };

/** As a condition on deliveries themselves. */
const deliveriesIn = (where: Watching) =>
  'scenarioId' in where ? { run: { is: { scenarioId: where.scenarioId } } } : where;

const EmailDeliveriesChanged = builder
  .objectRef<DeliveriesChange>('EmailDeliveriesChanged')
  .implement({
    description: 'Deliveries that changed, whole.',
    fields: (t) => ({
      resync: t.exposeBoolean('resync', {
        description:
          'Set on the first message, and after changes may have been missed or too many came at once: `deliveries` are the newest ones, and lists should be read anew.',
      }),
      revision: t.exposeInt('revision', { description: 'Raised by every message.' }),
      deliveries: t.prismaField({
        type: [EmailDelivery],
        description: `The deliveries that changed, as they are now; after a resync the newest ${PAGE.usual}.`,
        complexity: { field: 1, multiplier: PAGE.usual },
        resolve: (query, { where, resync, ids }, _args, context) =>
          context.prisma.emailDelivery.findMany({
            ...query,
            where: {
              AND: [
                inViewable(who(context)),
                deliveriesIn(where),
                resync ? {} : { id: { in: [...ids] } },
              ],
            },
            orderBy: { id: 'desc' },
            ...(resync && { take: PAGE.usual }),
          }),
      }),
    }),
  });

builder.subscriptionField('emailDeliveriesChanged', (t) =>
  t.field({
    type: EmailDeliveriesChanged,
    description:
      'Deliveries of one project, of one scenario, or (with neither) of the whole organisation, whenever one comes up, is tried or settled. The organisation is for those who may see every project. A slow reader gets fewer messages that say the same.',
    args: watchedArgs(t.arg),
    subscribe: async (_root, args, context) => {
      if (args.projectId == null && args.scenarioId == null) {
        const { orgId } = who(context);
        const mayWatch = () => may(who(context), 'project.view', null);
        if (!mayWatch()) {
          throw new DomainError(
            'FORBIDDEN',
            'Only those who may see every project can watch the organisation; give projectId.',
          );
        }
        return guarded(
          context,
          (principal) => principal.orgId === orgId && may(principal, 'project.view', null),
          context.deliveryChanges.watch({ orgId }),
        );
      }
      const { projectId, where } = await findWatched(args, context);
      return guarded(
        context,
        (principal) => may(principal, 'project.view', projectId),
        context.deliveryChanges.watch(where),
      );
    },
    resolve: (change, args, context) => ({
      ...change,
      where:
        args.projectId == null && args.scenarioId == null
          ? { orgId: who(context).orgId }
          : whereOf(args),
    }),
  }),
);
