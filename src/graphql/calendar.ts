/** Calendars of excluded days. */
import {
  deleteCalendar,
  listCalendars,
  saveCalendar,
  type Calendar as CalendarRow,
} from '#domain/project/calendars.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';

const Calendar = builder.objectRef<CalendarRow>('Calendar').implement({
  description: 'Named days on which the scenarios that name it do not fire.',
  fields: (t) => ({
    databaseId: t.exposeInt('id', { description: 'Its number.' }),
    name: t.exposeString('name', { description: 'What policies name; unique in the project.' }),
    dates: t.stringList({
      description: 'Days of the scenario’s zone, `2026-12-25`, in order.',
      resolve: ({ dates }) => [...dates],
    }),
    weekdays: t.intList({
      description: '1 Monday to 7 Sunday, in order.',
      resolve: ({ weekdays }) => [...weekdays],
    }),
  }),
});

const DeletedCalendar = builder.objectRef<{ name: string }>('DeletedCalendar').implement({
  description: 'A calendar that was deleted.',
  fields: (t) => ({ name: t.exposeString('name', { description: 'What it was called.' }) }),
});

const projectArg = '`Project:3` or 3.';

builder.queryField('calendars', (t) =>
  t.field({
    type: [Calendar],
    description: 'The calendars of a project, by name.',
    args: { projectId: t.arg.id({ required: true, description: projectArg }) },
    resolve: (_root, { projectId }, context) =>
      listCalendars(context.pool, who(context), readId('Project', projectId, 'projectId')),
  }),
);

builder.mutationFields((t) => ({
  saveCalendar: t.field({
    type: Calendar,
    errors: FAILURES,
    description: 'Makes a calendar, or gives the one of this name other days.',
    args: {
      projectId: t.arg.id({ required: true, description: projectArg }),
      name: t.arg.string({ required: true, description: 'Unique in the project.' }),
      dates: t.arg.stringList({ description: 'Days, `2026-12-25`.' }),
      weekdays: t.arg.intList({ description: '1 Monday to 7 Sunday.' }),
    },
    resolve: (_root, { projectId, name, dates, weekdays }, context) =>
      expected(async () =>
        saveCalendar(context.pool, who(context), readId('Project', projectId, 'projectId'), {
          name,
          dates: dates ?? [],
          weekdays: weekdays ?? [],
        }),
      ),
  }),
  deleteCalendar: t.field({
    type: DeletedCalendar,
    errors: FAILURES,
    description: 'Deletes a calendar that no scenario names.',
    args: {
      projectId: t.arg.id({ required: true, description: projectArg }),
      name: t.arg.string({ required: true, description: 'Which one.' }),
    },
    resolve: (_root, { projectId, name }, context) =>
      expected(async () => {
        await deleteCalendar(
          context.pool,
          who(context),
          readId('Project', projectId, 'projectId'),
          name,
        );
        return { name };
      }),
  }),
}));
