/** What a dashboard shows: its cards' data, read with the caller's rights. */
import { findZone } from '#domain/trigger/zone.ts';
import { timeFilterForm } from '#domain/dashboard/time-filter.ts';
import type { Period } from '#domain/dashboard/time-filter.ts';
import { viewDashboard } from '#domain/dashboard/view.ts';
import type { CardView as Card, Column, DashboardView as View } from '#domain/dashboard/view.ts';
import { parseForm } from '#domain/step/form-problems.ts';
import { invalid } from '#platform/errors.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { CardPositionType, Dashboard, TEXTS, VisualisationType } from './dashboard.ts';
import { enumValues } from './enum.ts';

const ColumnType = builder.enumType('CardColumnType', {
  description: 'Of what form the values of a column are.',
  values: enumValues<Column['type']>({
    number: 'A number; as text what no double holds exactly.',
    text: 'Text.',
    date: '`2026-11-25`.',
    timestamp: '`2026-11-25T14:30:00`, with an offset where the column has a zone.',
    boolean: 'true or false.',
  }),
});

export const CardColumn = builder.objectRef<Column>('CardColumn').implement({
  description: 'A column of a card’s rows.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As the SELECT names it.' }),
    type: t.field({
      type: ColumnType,
      description: 'Of what form its values are.',
      resolve: ({ type }) => type,
    }),
  }),
});

const CardView = builder.objectRef<Card>('CardView').implement({
  description: 'A card with its data.',
  fields: (t) => ({
    id: t.id({ description: 'As in `CardView:7`.', resolve: ({ id }) => `CardView:${id}` }),
    databaseId: t.exposeInt('id', { description: 'The card’s number.' }),
    title: t.exposeString('title', { description: 'What stands above it.' }),
    visualisation: t.field({
      type: VisualisationType,
      description: 'How it shows its rows.',
      resolve: ({ visualisation }) => visualisation,
    }),
    position: t.field({
      type: CardPositionType,
      description: 'Where it lies.',
      resolve: ({ position }) => position,
    }),
    options: t.field({
      type: 'JSON',
      description: 'As `DashboardCard.options`.',
      resolve: ({ options }) => options,
    }),
    columns: t.field({
      type: [CardColumn],
      description: 'Of its rows, in their order.',
      complexity: { field: 1, multiplier: 5 },
      resolve: ({ columns }) => [...columns],
    }),
    rows: t.field({
      type: 'JSON',
      description: 'A list of lists, in the order of the columns; 10,000 at most.',
      resolve: ({ rows }) => rows,
    }),
    truncated: t.exposeBoolean('truncated', { description: 'Whether there are more rows.' }),
    text: t.exposeString('text', { nullable: true, description: 'Of a card of words.' }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why there are no rows, in the database’s words.',
    }),
  }),
});

const ViewPeriod = builder.objectRef<Period>('ViewPeriod').implement({
  description: 'A period as a dashboard is looked at for.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'At or after.' }),
    to: t.expose('to', { type: 'DateTime', description: 'Before.' }),
    label: t.exposeString('label', { description: 'For people: `Mon 16 – Sun 22 Nov 2026`.' }),
    zone: t.exposeString('zone', { description: 'In which its days begin.' }),
  }),
});

const DashboardView = builder.objectRef<View>('DashboardView').implement({
  description: 'A dashboard as the caller may see it.',
  fields: (t) => ({
    title: t.exposeString('title', { description: 'For people.' }),
    period: t.field({
      type: ViewPeriod,
      nullable: true,
      description: 'What its figures are of; null: all time.',
      resolve: ({ period }) => period,
    }),
    cards: t.field({
      type: [CardView],
      description: 'From the top, then from the left.',
      complexity: { field: 1, multiplier: 12 },
      resolve: ({ cards }) => [...cards],
    }),
    leftOut: t.exposeInt('leftOut', { description: 'How many cards the caller may not see.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was read.' }),
  }),
});

builder.prismaObjectField(Dashboard, 'view', (t) =>
  t.field({
    type: DashboardView,
    description: 'What it shows now, to the caller.',
    // Every card is a query of up to 30 s.
    complexity: { field: 100, multiplier: 1 },
    args: {
      filter: t.arg({
        type: 'JSON',
        description: `The dashboard’s own by default. ${TEXTS.filter}`,
      }),
      zone: t.arg.string({
        description: 'In which days begin: an IANA name; the project’s by default.',
      }),
    },
    select: {
      id: true,
      project: { select: { timezone: true, org: { select: { timezone: true } } } },
    },
    resolve: ({ id, project }, { filter, zone }, context) =>
      viewDashboard(context, who(context), id, {
        ...(filter != null && { filter: readFilter(filter) }),
        zone: zone == null ? (project.timezone ?? project.org.timezone) : readZone(zone),
        now: new Date(),
        signal: context.gone(),
      }),
  }),
);

export function readFilter(given: unknown) {
  const { data, problems } = parseForm(timeFilterForm, given, ['filter']);
  if (data === null) throw invalid(problems);
  return data;
}

export function readZone(given: string): string {
  const zone = findZone(given);
  if (zone !== null) return zone;
  const message = 'is no IANA time zone, as in "Asia/Jakarta"';
  throw invalid([{ path: ['zone'], message, value: given }]);
}
