/** The strict forms of a scenario's own fields, its policies and the fields that every step has. The steps'
 *  other fields are the kinds' own. REST's documentation is made from the same forms. */
import { z } from 'zod';
import { forbiddenAddress } from '#platform/outside-address.ts';
import { formatInterval, parseInterval } from '../trigger/interval.ts';

// oxlint-disable-next-line no-control-regex -- NUL is what Postgres refuses in text
const REFUSED = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !REFUSED.test(value), 'holds a NUL or half a surrogate pair; remove it');

const line = (max: number) => text(max).trim().min(1);

/** A length of time as text, stored in its shortest spelling. */
const duration = ({ zero = false } = {}) =>
  z.string().transform((value, context) => {
    if (zero && /^(?:0[smhd]|PT0S)$/.test(value.trim())) return '0s';
    const reading = parseInterval(value);
    if ('intervalMs' in reading) return formatInterval(reading.intervalMs);
    context.addIssue({ code: 'custom', message: reading.why, input: value });
    return z.NEVER;
  });

export const SCENARIO_FIELDS = {
  slug: z
    .string()
    .max(100)
    .regex(
      /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/,
      'has small letters, digits and single hyphens or underscores between them, as in nightly-mart-refresh',
    )
    .describe('unique in the project; made from the name when left out')
    .meta({ example: 'nightly-mart-refresh' }),
  name: line(200).describe('for people').meta({ example: 'Nightly mart refresh' }),
  description: text(10_000).describe('for people'),
  owner_user_id: z
    .int()
    .min(1)
    .max(2_147_483_647)
    .describe('with whose rights it runs; another one than yourself needs org.admin'),
  enabled: z.boolean().describe('whether its trigger fires; true when left out'),
} as const;

export const POLICIES = z.strictObject({
  overlap: z
    .enum(['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'allow'])
    .describe('what a due time does while a run is active; skip when left out'),
  catchup: z
    .enum(['last', 'none', 'all'])
    .describe('what becomes of due times decided more than 60 s late; last when left out'),
  catchup_window: duration().describe('older due times are not caught up; 1d when left out'),
  max_catchup_runs: z
    .int()
    .min(1)
    .max(10_000)
    .describe('the cap of catchup all; 100 when left out'),
  jitter: duration({ zero: true }).describe('a stable delay up to this; 0s when left out'),
  start_deadline: duration().describe('a run that has not started by then is cancelled; none'),
  timeout: duration().describe('of the run, from its first start; 6h when left out'),
  late_after: duration().describe(
    'how long after its start a run that still goes is told to be late; none when left out',
  ),
  pause_after_failures: z
    .int()
    .min(0)
    .max(1000)
    .describe(
      'failed runs in a row until it pauses itself; resumed, it does so at the next failure unless a run succeeds before; 0 (never) when left out',
    ),
  calendar: line(100).describe('the project’s calendar of excluded dates; none when left out'),
  max_running: z
    .int()
    .min(1)
    .max(10_000)
    .describe('how many of its runs may be running at once, with overlap allow; no limit'),
  priority: z.int().min(-1000).max(1000).describe('higher is claimed first; 0 when left out'),
  notify: z
    .strictObject({
      mail: z
        .array(z.email())
        .max(100)
        .optional()
        .describe('who is told by mail; the owner when left out, nobody for an empty list'),
      webhook: z
        .url({ protocol: /^https?$/ })
        .max(2000)
        .refine(
          (url) => !URL.canParse(url) || forbiddenAddress(new URL(url).hostname) === null,
          'leads to a link-local, metadata or multicast address, to which nothing is sent; name another host',
        )
        .optional()
        .describe('what is called besides, by POST with JSON'),
      after_failures: z
        .int()
        .min(1)
        .max(1000)
        .optional()
        .describe('how many runs in a row must have failed before anyone is told; 1'),
      recovery: z
        .boolean()
        .optional()
        .describe('whether the first success after that is told too; true'),
    })
    .describe(
      'who is told of failures, recovery, lateness and self-pauses; the owner by mail when left out',
    ),
});

export type PolicyField = keyof typeof POLICIES.shape;
export const POLICY_FIELDS = Object.keys(POLICIES.shape) as PolicyField[];

/** Policies as stored: only what was set. */
export type StoredPolicies = Partial<z.output<typeof POLICIES>>;

export const STEP_FIELDS = {
  name: line(100)
    .regex(/^[^.{}]*$/, 'has no dots and no braces, so that templates can name it')
    .describe('unique in the scenario; made from the kind when left out'),
  parallel: z.boolean().describe('runs together with its parallel neighbours; false'),
  transactional: z.boolean().describe('publishes together with its group; true'),
  run_if: z
    .enum(['success', 'failure', 'always'])
    .describe('depending on the steps before; success'),
  timeout: duration().describe('of one attempt; none'),
  retries: z
    .strictObject({
      max: z.int().min(0).max(20).describe('tries after the first; 0'),
      initial: duration().optional().describe('the first pause; 10s'),
      factor: z.number().min(1).max(10).optional().describe('what each pause grows by; 2'),
      max_delay: duration().optional().describe('the longest pause; 10m'),
    })
    .describe('of a failed attempt; none'),
} as const;

export const MAX_STEPS = 100;
