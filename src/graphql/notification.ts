/** What was told about scenarios and their runs, to whom, and whether it arrived. */
import type {
  NotificationChannel,
  NotificationKind,
  NotificationState,
} from '#domain/notification/notification.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { who } from './context.ts';
import { enumValues } from './enum.ts';
import { longNodeId } from './id.ts';
import { pageCost } from './paging.ts';
import { Run } from './run.ts';
import { Scenario } from './scenario.ts';
import { inViewable } from './viewable.ts';

const Kind = builder.enumType('NotificationKind', {
  description: 'What is told.',
  values: enumValues<NotificationKind>({
    failure: 'Runs have failed, as many in a row as the policy waits for.',
    recovery: 'The first success after a failure that was told.',
    late: 'A run goes on for longer than the policy expects.',
    paused: 'The scenario has paused itself.',
  }),
});

const Channel = builder.enumType('NotificationChannel', {
  description: 'How it is told.',
  values: enumValues<NotificationChannel>({
    mail: 'Through the organisation’s mail connector.',
    webhook: 'By a POST of JSON.',
  }),
});

const State = builder.enumType('NotificationState', {
  description: 'Where a notification stands.',
  values: enumValues<NotificationState>({
    pending: 'Not sent yet, or to be tried again.',
    sending: 'Under way.',
    sent: 'The other side took it.',
    failed: 'It was not delivered; `reply` says why.',
    unknown:
      'The connection or the worker was lost on the way; it may have arrived and is not sent again.',
  }),
});

const Notification = builder.prismaNode('Notification', {
  nullable: true,
  description: 'Something about a scenario that a person or a program is told.',
  id: { field: 'id', description: 'As in `Notification:99`.' },
  findUnique: (id, context) => ({ id: longNodeId(id), AND: [inViewable(who(context))] }),
  select: { id: true },
  fields: (t) => ({
    databaseId: t.expose('id', { type: 'Long', description: 'Its number.' }),
    scenario: t.relation('scenario', { description: 'What it is about.' }),
    run: t.relation('run', { nullable: true, description: 'The run that gave rise to it.' }),
    kind: t.field({
      type: Kind,
      description: 'What it tells.',
      select: { kind: true },
      resolve: ({ kind }) => kind as NotificationKind,
    }),
    channel: t.field({
      type: Channel,
      description: 'How it is told.',
      select: { channel: true },
      resolve: ({ channel }) => channel as NotificationChannel,
    }),
    target: t.exposeString('target', { description: 'The address or the URL.' }),
    state: t.field({
      type: State,
      description: 'Where it stands.',
      select: { state: true },
      resolve: ({ state }) => state as NotificationState,
    }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    nextAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it is tried next; null unless it is pending.',
      select: { state: true, nextAt: true },
      resolve: ({ state, nextAt }) => (state === 'pending' ? nextAt : null),
    }),
    reply: t.exposeString('reply', {
      nullable: true,
      description: 'What the other side answered last, or why it was not sent.',
    }),
    payload: t.field({
      type: 'JSON',
      description: 'What is told: the body of a webhook, and what a mail is made of.',
      select: { payload: true },
      resolve: ({ payload }) => payload,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it came up.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was sent or given up.',
    }),
  }),
});

const NotificationConnection = connectionOf(Notification, 'Notification', 'notifications');

builder.prismaObjectFields(Scenario, (t) => ({
  failuresInARow: t.exposeInt('failures', {
    description:
      'Runs that have failed one after the other, up to now; cancelled ones count neither way.',
  }),
  notifications: t.relatedConnection(
    'notifications',
    {
      description: 'What was told about it, newest first.',
      cursor: 'id',
      totalCount: true,
      complexity: pageCost,
      query: { orderBy: { id: 'desc' } },
    },
    NotificationConnection,
  ),
}));

builder.prismaObjectFields(Run, (t) => ({
  lateAt: t.expose('lateAt', {
    type: 'DateTime',
    nullable: true,
    description: 'When people were told that it takes too long.',
  }),
  notifications: t.relatedConnection(
    'notifications',
    {
      description: 'What was told about it, newest first.',
      cursor: 'id',
      totalCount: true,
      complexity: pageCost,
      query: { orderBy: { id: 'desc' } },
    },
    NotificationConnection,
  ),
}));
