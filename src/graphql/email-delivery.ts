/** Reports on their way to people. */
import { may } from '#domain/access/principal.ts';
import { sendTestMessage } from '#domain/connector/test-message.ts';
import { askAgain } from '#domain/mail/deliver-again.ts';
import { hasHtml, readTries, type DeliveryState, type DeliveryTry } from '#domain/mail/delivery.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import { ConnectorTest } from './connector.ts';
import { connectionOf } from './connection.ts';
import { who, type Context } from './context.ts';
import { enumValues } from './enum.ts';
import { expected, FAILURES } from './failure.ts';
import { longNodeId, readId, readLongId } from './id.ts';
import { newestFirst, pageCost } from './paging.ts';
import { User, usersOf } from './user.ts';
import { inViewable } from './viewable.ts';

const State = builder.enumType('EmailDeliveryState', {
  description: 'Where a delivery stands.',
  values: enumValues<DeliveryState>({
    pending: 'Not sent yet, or to be tried again.',
    sending: 'Under way.',
    sent: 'The server took it.',
    failed: 'It was not delivered; `reply` says why.',
    unknown:
      'The connection or the worker was lost on the way; it may have arrived and is not sent again by itself.',
  }),
});

const TryState = builder.enumType('DeliveryTryState', {
  description: 'What came of one try.',
  values: enumValues<DeliveryTry['state']>({
    sending: 'Under way.',
    put_off: 'The server asked to come back later, or was not reached.',
    sent: 'The server took it.',
    failed: 'The server refused it for good, or this was the last try.',
    unknown: 'The connection or the worker was lost on the way.',
  }),
});

const Try = builder.objectRef<DeliveryTry>('DeliveryTry').implement({
  description: 'One try to hand a report over.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it began.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its end was known.',
    }),
    state: t.field({
      type: TryState,
      description: 'What came of it.',
      resolve: ({ state }) => state,
    }),
    reply: t.exposeString('reply', {
      nullable: true,
      description: 'What the server answered, or what happened instead.',
    }),
  }),
});

const open = ({ state }: { state: string }) => state === 'failed' || state === 'unknown';

export const EmailDelivery = builder.prismaNode('EmailDelivery', {
  nullable: true,
  description: 'One report to one recipient.',
  id: { field: 'id', description: 'As in `EmailDelivery:99`.' },
  findUnique: (id, context) => ({ id: longNodeId(id), AND: [inViewable(who(context))] }),
  select: { id: true },
  fields: (t) => ({
    databaseId: t.expose('id', { type: 'Long', description: 'Its number.' }),
    run: t.relation('run', { description: 'The run that sends it, or did last.' }),
    originRunId: t.expose('originRunId', {
      type: 'Long',
      description: 'The first run of the chain of retries: within it each recipient gets it once.',
    }),
    stepName: t.exposeString('stepName', { description: 'The step of the run.' }),
    recipient: t.exposeString('recipient', { description: 'The address.' }),
    subject: t.exposeString('subject', { description: 'The subject.' }),
    messageId: t.exposeString('messageId', {
      description: 'The Message-ID, the same for every try.',
    }),
    state: t.field({
      type: State,
      description: 'Where it stands.',
      select: { state: true },
      resolve: ({ state }) => state as DeliveryState,
    }),
    attempts: t.exposeInt('attempts', {
      description: 'How often it was tried since somebody asked for it.',
    }),
    tries: t.field({
      type: [Try],
      description:
        'Each try, the oldest first: at most the last 50, and none from before they were noted.',
      select: { tries: true },
      resolve: ({ tries }) => readTries(tries),
    }),
    reply: t.exposeString('reply', {
      nullable: true,
      description: 'What the server answered last, or why it was not sent.',
    }),
    message: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The message as it was sent: `from`, `text`, `html`, `images` and `attachments` (`name`, `mediaType`, `size`, `attached`), without their bytes, which `run` and `pos` have as artifacts.',
      select: { message: true },
      resolve: ({ message }) => message,
    }),
    htmlPath: t.field({
      type: 'String',
      nullable: true,
      description:
        'Where REST has the HTML as it was sent, with its pictures in it; null for a message without any.',
      select: { id: true, message: true },
      resolve: ({ id, message }) =>
        hasHtml(message) ? `/api/scheduler/deliveries/${id}/message` : null,
    }),
    askedBy: t.field({
      type: User,
      nullable: true,
      description: 'Who asked for it to be sent again.',
      select: { askedBy: true },
      resolve: ({ askedBy }, _args, context) =>
        askedBy === null ? null : usersOf(context).load(askedBy),
    }),
    nextAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When one that was asked for again is tried next.',
      select: { state: true, nextAt: true },
      resolve: ({ state, nextAt }) => (state === 'pending' ? nextAt : null),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it came up.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was sent or given up.',
    }),
    canResend: t.boolean({
      description: 'Whether it was not delivered for certain and the caller may send it again.',
      select: { state: true, projectId: true },
      resolve: ({ state, projectId }, _args, context) =>
        open({ state }) && may(who(context), 'project.edit', projectId),
    }),
  }),
});

const EmailDeliveryConnection = connectionOf(EmailDelivery, 'EmailDelivery', 'deliveries');

const EmailDeliveryFilter = builder.inputType('EmailDeliveryFilter', {
  description: 'All that is given must hold.',
  fields: (t) => ({
    projectId: t.id({ description: 'Of this project.' }),
    runId: t.id({
      description:
        'Of this run, and of the chain of retries that it belongs to: what its recipients got.',
    }),
    state: t.field({ type: [State], description: 'In one of these states.' }),
    recipient: t.string({ description: 'With this in the address, upper and lower case alike.' }),
    scenarioId: t.id({ description: 'Of runs of this scenario.' }),
    from: t.field({ type: 'DateTime', description: 'That came up then or later.' }),
    to: t.field({ type: 'DateTime', description: 'That came up before then.' }),
  }),
});

type Filter = typeof EmailDeliveryFilter.$inferInput;

async function conditions(
  context: Context,
  { projectId, runId, state, recipient, scenarioId, from, to }: Filter,
): Promise<Prisma.EmailDeliveryWhereInput[]> {
  return [
    ...(projectId == null ? [] : [{ projectId: readId('Project', projectId, 'projectId') }]),
    ...(runId == null ? [] : [await inChainOf(context, readLongId('Run', runId, 'runId'))]),
    ...(state == null ? [] : [{ state: { in: state } }]),
    ...(recipient == null
      ? []
      : [{ recipient: { contains: recipient, mode: 'insensitive' as const } }]),
    ...(scenarioId == null
      ? []
      : [{ run: { is: { scenarioId: readId('Scenario', scenarioId, 'scenarioId') } } }]),
    ...(from == null ? [] : [{ createdAt: { gte: from } }]),
    ...(to == null ? [] : [{ createdAt: { lt: to } }]),
  ];
}

/** Rows go from run to run of a chain of retries, so that the first run would have lost those that a retry took up. */
async function inChainOf(context: Context, id: number): Promise<Prisma.EmailDeliveryWhereInput> {
  const run = await context.prisma.run.findUnique({
    where: { id },
    select: { originRunId: true },
  });
  return { OR: [{ runId: id }, { originRunId: run?.originRunId ?? id }] };
}

builder.queryFields((t) => ({
  emailDelivery: t.prismaField({
    type: EmailDelivery,
    nullable: true,
    description: 'One delivery; null when there is none that the caller may see.',
    args: { id: t.arg.id({ required: true, description: '`EmailDelivery:99` or 99.' }) },
    resolve: (query, _root, { id }, context) =>
      context.prisma.emailDelivery.findFirst({
        ...query,
        where: { id: readLongId('EmailDelivery', id, 'id'), AND: [inViewable(who(context))] },
      }),
  }),
  emailDeliveries: t.prismaConnection(
    {
      type: EmailDelivery,
      description: 'The reports that were sent, or were to be, newest first. Counted up to 10,000.',
      cursor: 'id',
      complexity: pageCost,
      args: {
        filter: t.arg({ type: EmailDeliveryFilter, description: 'Which of them; all by default.' }),
      },
      totalCount: async (_root, { filter }, context) =>
        context.prisma.emailDelivery.count({
          where: {
            AND: [inViewable(who(context)), ...(await conditions(context, filter ?? {}))],
          },
          take: MAX_COUNTED,
        }),
      resolve: async (page, _root, { filter }, context) => {
        const { query, beyond } = newestFirst(page);
        const asked = await conditions(context, filter ?? {});
        const where = [inViewable(who(context)), ...asked, beyond];
        return context.prisma.emailDelivery.findMany({ ...query, where: { AND: where } });
      },
    },
    EmailDeliveryConnection,
  ),
}));

// Beyond this `totalCount` means "at least".
const MAX_COUNTED = 10_000;

builder.mutationField('resendDelivery', (t) =>
  t.prismaField({
    type: EmailDelivery,
    errors: FAILURES,
    description:
      'Sends a report again that failed, or of which nobody knows whether it arrived: the same message under the same Message-ID. Needs project.edit.',
    args: {
      id: t.arg.id({ required: true, description: '`EmailDelivery:99` or 99.' }),
      confirm: t.arg.boolean({
        description:
          'That it may arrive twice: without it, one whose state is UNKNOWN is a Conflict. Default false.',
      }),
    },
    resolve: (query, _root, { id: given, confirm }, context) =>
      expected(async () => {
        const id = readLongId('EmailDelivery', given, 'id');
        await askAgain(context, who(context), id, confirm ?? false);
        return context.prisma.emailDelivery.findUniqueOrThrow({ ...query, where: { id } });
      }),
  }),
);

builder.mutationField('sendTestMessage', (t) =>
  t.field({
    type: ConnectorTest,
    errors: FAILURES,
    description:
      'Sends a message through a stored mail connector to the caller’s own address, for at most 30 s. Needs org.admin.',
    args: { connectorId: t.arg.id({ required: true, description: '`Connector:3` or 3.' }) },
    resolve: (_root, { connectorId }, context) =>
      expected(async () => {
        const id = readId('Connector', connectorId, 'connectorId');
        return sendTestMessage(context.pool, who(context), id, context.secretKey);
      }),
  }),
);
