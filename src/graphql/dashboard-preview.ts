/** A card that is being written: how it would look, and the rows behind it. */
import { previewCard } from '#domain/dashboard/preview-card.ts';
import type { CardView, DashboardView } from '#domain/dashboard/view.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { TEXTS } from './dashboard.ts';
import { DashboardCardInput } from './dashboard-commands.ts';
import { CardColumn, readFilter, readZone } from './dashboard-view.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';

const MAX_ROWS = 100;

type Preview = { readonly view: DashboardView; readonly card: CardView };

const CardPreview = builder.objectRef<Preview>('CardPreview').implement({
  description: 'A card as it would look if it were saved.',
  fields: (t) => ({
    html: t.string({
      description: 'The card as pages and mails draw it, without script.',
      resolve: async ({ view }) => {
        // The libraries behind charts cost 50 MB: an API that draws none never loads them.
        const { cardFragment } = await import('#domain/report/card-fragment.ts');
        return cardFragment(view);
      },
    }),
    style: t.string({
      description: 'The style sheet of `html`, the same for all cards.',
      resolve: async () => (await import('#domain/report/card-fragment.ts')).fragmentStyle(),
    }),
    period: t.string({
      nullable: true,
      description: 'What its figures are of; null: all time.',
      resolve: ({ view: { period } }) => period?.label ?? null,
    }),
    columns: t.field({
      type: [CardColumn],
      description: 'Of its rows, in their order.',
      resolve: ({ card }) => [...card.columns],
    }),
    rows: t.field({
      type: 'JSON',
      description: `A list of lists, in the order of the columns; the first ${MAX_ROWS}.`,
      resolve: ({ card }) => card.rows.slice(0, MAX_ROWS),
    }),
    rowCount: t.int({
      description: 'How many rows there are, up to 10,000.',
      resolve: ({ card }) => card.rows.length,
    }),
    truncated: t.boolean({
      description: 'Whether there are more rows.',
      resolve: ({ card }) => card.truncated,
    }),
    error: t.string({
      nullable: true,
      description: 'Why there are no rows, in the database’s words.',
      resolve: ({ card }) => card.error,
    }),
  }),
});

builder.mutationField('previewCard', (t) =>
  t.field({
    type: CardPreview,
    errors: FAILURES,
    // A query of up to 30 s.
    complexity: { field: 100, multiplier: 1 },
    description: 'Reads a card that is not saved, and changes nothing. Needs project.edit.',
    args: {
      projectId: t.arg.id({ required: true, description: '`Project:7` or 7.' }),
      card: t.arg({ type: DashboardCardInput, required: true, description: 'As it is to be.' }),
      filter: t.arg({ type: 'JSON', description: `All time by default. ${TEXTS.filter}` }),
      zone: t.arg.string({ description: 'In which days begin; the project’s by default.' }),
    },
    resolve: (_root, { projectId, card, filter, zone }, context) =>
      expected(
        async () => {
          const { databaseId: _, ...given } = card;
          const view = await previewCard(
            context,
            who(context),
            readId('Project', projectId, 'projectId'),
            given,
            {
              ...(filter != null && { filter: readFilter(filter) }),
              zone: zone == null ? null : readZone(zone),
              now: new Date(),
              signal: context.gone(),
            },
          );
          return { view, card: view.cards[0]! };
        },
        // `cards[0].sql` of the dashboard that it was parsed in.
        (path) => (path[0] === 'cards' ? ['card', ...path.slice(2)] : path),
      ),
  }),
);
