/** A dashboard that is mailed now. */
import { sendDashboard } from '#domain/dashboard/send-dashboard.ts';
import type { Problem } from '#platform/errors.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { TEXTS } from './dashboard.ts';
import { enumValues } from './enum.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { Run } from './run.ts';

const FormatType = builder.enumType('ReportFormat', {
  description: 'As what a dashboard is mailed.',
  values: enumValues<'pdf' | 'html'>({
    pdf: 'A short mail with a PDF.',
    html: 'In the mail itself.',
  }),
});

const SendDashboardInput = builder.inputType('SendDashboardInput', {
  description: 'A mail with a dashboard, to be sent now.',
  fields: (t) => ({
    recipients: t.stringList({
      required: true,
      description: 'Addresses; each gets a message of their own.',
    }),
    format: t.field({ type: FormatType, description: 'PDF by default.' }),
    timeFilter: t.field({
      type: 'JSON',
      description: `The dashboard’s own by default. ${TEXTS.filter}`,
    }),
    subject: t.string({ description: 'The dashboard and the period by default.' }),
    message: t.string({ description: 'Plain text above the report.' }),
    attachCsv: t.boolean({ description: 'The rows of each card beside it.' }),
  }),
});

const NAMES: Readonly<Record<string, string>> = {
  time_filter: 'timeFilter',
  attach_csv: 'attachCsv',
};

/** From the step's places to the input's; the dashboard itself is the id. */
function renamed(path: Problem['path']): Problem['path'] {
  const [first, , field, ...rest] = path;
  if (first === 'idempotency_key') return ['idempotencyKey'];
  if (first !== 'steps' || typeof field !== 'string') return path;
  return field === 'dashboard_ids' ? ['id'] : ['input', NAMES[field] ?? field, ...rest];
}

builder.mutationField('sendDashboard', (t) =>
  t.prismaField({
    type: Run,
    errors: FAILURES,
    description:
      'Mails a dashboard now, with the caller’s rights: a run without a scenario. Needs project.edit.',
    args: {
      id: t.arg.id({ required: true, description: TEXTS.id }),
      input: t.arg({ type: SendDashboardInput, required: true, description: 'To whom and how.' }),
      idempotencyKey: t.arg.string({
        description: 'The same key answers the same run again, for a day; a UUID is a good choice.',
      }),
    },
    resolve: (query, _root, { id, input, idempotencyKey }, context) =>
      expected(async () => {
        const { timeFilter, attachCsv, recipients, ...more } = input;
        const request = {
          recipients,
          format: more.format ?? undefined,
          time_filter: timeFilter ?? undefined,
          subject: more.subject ?? undefined,
          message: more.message ?? undefined,
          attach_csv: attachCsv ?? undefined,
        };
        const dashboard = readId('Dashboard', id, 'id');
        const key = idempotencyKey ?? null;
        const { runId } = await sendDashboard(context, who(context), dashboard, request, key);
        return context.prisma.run.findUniqueOrThrow({ ...query, where: { id: runId } });
      }, renamed),
  }),
);
