/** send_email_report: dashboards as a PDF or as a mail, to a list of recipients, each once. */
import { z } from 'zod';
import { timeFilterForm } from '#domain/dashboard/time-filter.ts';
import type { StepKind } from '#domain/step/kind.ts';
import { checkReport } from './check.ts';

const ID_MAX = 2_147_483_647;
// A PDF of 20 dashboards of 8 cards has 60 pages.
const MAX_DASHBOARDS = 20;
const MAX_RECIPIENTS = 100;

const withoutNul = (text: string) => !text.includes('\0');
const NUL = 'must not contain the character NUL';

const config = z.strictObject({
  dashboard_ids: z
    .array(z.int().min(1).max(ID_MAX))
    .min(1, 'name at least one dashboard')
    .max(MAX_DASHBOARDS)
    .meta({
      description:
        'The dashboards, in this order. In a template an empty list is a value that each project fills in.',
      examples: [[12, 15]],
    }),
  recipients: z
    .array(z.email('is no mail address').max(254))
    .min(1, 'name at least one recipient')
    .max(MAX_RECIPIENTS)
    .meta({
      description:
        'Who gets it: addresses, or templates that become one. Each gets a message of their own.',
      examples: [['ops@example.com', 'sales@example.com']],
    }),
  format: z
    .enum(['pdf', 'html'])
    .default('pdf')
    .meta({
      description: 'pdf: a short mail with a PDF attached; html: the dashboards in the mail.',
      examples: ['pdf', 'html'],
    }),
  time_filter: timeFilterForm.optional().meta({
    description:
      "The period, in the scenario's zone and as seen from the run's due time: a preset, or two days, both included. Left out, each dashboard's own.",
    examples: ['last_week', { from: '2026-11-16', to: '2026-11-22' }],
  }),
  subject: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((text) => !/[\0\r\n]/.test(text), 'is one line')
    .optional()
    .meta({
      description: 'The subject; the names of the dashboards and the period unless given.',
      examples: ['Sales, week by week'],
    }),
  message: z
    .string()
    .trim()
    .min(1)
    .max(5_000)
    .refine(withoutNul, NUL)
    .optional()
    .meta({
      description: 'Plain text above the report.',
      examples: ['Good morning. These are last week’s numbers.'],
    }),
  attach_csv: z
    .boolean()
    .default(false)
    .meta({
      description: 'Attaches the rows of each card as CSV, text cards left out.',
      examples: [true],
    }),
  skip_if_empty: z
    .boolean()
    .default(false)
    .meta({ description: 'Sends nothing when no card has a row.', examples: [true] }),
});

export type ReportConfig = z.output<typeof config>;

export const sendEmailReport: StepKind<ReportConfig> = {
  kind: 'send_email_report',
  description:
    'Renders dashboards with the rights of the scenario’s owner and mails them, to each recipient once.',
  config,
  check: (given, where) => checkReport(given, where),
  load: async () => (await import('./execute.ts')).execute,
};
