/** What a person gives to read an API: how to reach it and sign in, and what to read of it. */
import { z } from 'zod';
import { parsePath } from './json-path.ts';

export const MAX_PAGES = 10_000;
export const MAX_MEGABYTES = 2000;

/** Headers that this program sets itself, and those that are secrets. */
const RESERVED = new Set([
  ...['authorization', 'cookie', 'proxy-authorization'],
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding', 'upgrade'],
  ...['if-none-match', 'te', 'trailer', 'expect'],
]);

const headerName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, 'the name of a header, e.g. X-Api-Key');

export const config = z.strictObject({
  base_url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => {
      const { username, password, search } = new URL(url);
      return username === '' && password === '' && search === '';
    }, 'without user, password and query: those have fields of their own')
    .describe('What every path is read below. E.g. https://api.example.com/v2/'),
  auth: z
    .enum(['none', 'bearer', 'basic', 'header'])
    .default('none')
    .describe(
      'bearer: the secret token; basic: user and the secret password; header: the secret token in auth_header.',
    ),
  user: z.string().min(1).optional().describe('Who signs in, with basic. E.g. reader'),
  auth_header: headerName.default('X-Api-Key').describe('With header. E.g. X-Api-Key'),
  headers: z
    .record(
      headerName.refine((name) => !RESERVED.has(name.toLowerCase()), 'is set by other fields'),
      z
        .string()
        .max(2000)
        .regex(/^[\t\x20-\x7e]*$/, 'plain characters on one line'),
    )
    .default({})
    .describe('Sent with every request. E.g. {"X-Tenant": "north"}'),
  timeout: z
    .number()
    .int()
    .min(1)
    .max(600)
    .default(60)
    .describe('Seconds for one page, from the request to its last byte. E.g. 60'),
});

const oneLine = z
  .string()
  .min(1)
  .regex(/^[^\r\n\0]+$/, 'one line');

export const secrets = z.strictObject({
  token: oneLine.optional().describe('With bearer and header.'),
  password: z.string().min(1).optional().describe('With basic.'),
});

const path = (what: string) =>
  z
    .string()
    .refine((text) => parsePath(text) !== null, 'a path such as data.items or items[0].id')
    .describe(what);

const param = (name: string) => z.string().min(1).max(100).default(name);

/** Types that a person may give a column. */
const TYPES = [
  ...['text', 'integer', 'bigint', 'numeric', 'double precision', 'boolean'],
  ...['date', 'timestamp', 'timestamptz', 'uuid', 'jsonb'],
] as const;

const paging = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({
      type: z.literal('page'),
      param: param('page'),
      start: z.number().int().min(0).default(1),
      size_param: z.string().min(1).optional(),
      size: z.number().int().min(1).max(100_000).optional(),
    }),
    z.strictObject({
      type: z.literal('offset'),
      param: param('offset'),
      size_param: param('limit'),
      size: z.number().int().min(1).max(100_000).default(100),
    }),
    z.strictObject({
      type: z.literal('cursor'),
      param: param('cursor'),
      path: path('Where the answer has the next cursor. E.g. meta.next_cursor'),
    }),
    z.strictObject({ type: z.literal('link') }),
    z.strictObject({
      type: z.literal('next_url'),
      path: path('Where the answer has the next address. E.g. links.next'),
    }),
  ])
  .default({ type: 'none' })
  .describe(
    'How the next page is found. page and offset end at a page without rows, cursor and next_url where the answer has none, link where the Link header names none.',
  );

export const source = z.strictObject({
  path: z.string().default('').describe("The address below the connector's base_url. E.g. orders"),
  query: z
    .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Parameters of the address. E.g. {"status": "paid"}'),
  rows: path(
    'Where the answer has its list of rows; $ where it is the list. E.g. data.items',
  ).default('$'),
  columns: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(63),
        path: path('Where the row has it; as named where left out. E.g. customer.id').optional(),
        type: z.enum(TYPES).optional().describe('Worked out from the values where left out.'),
      }),
    )
    .min(1)
    .max(1000)
    .optional()
    .describe("The columns; where left out, the fields of the first page's rows."),
  paging,
  since: z
    .strictObject({
      param: z.string().min(1).max(100),
      format: z.enum(['iso', 'date', 'unix', 'unix_ms', 'as_is']).default('iso'),
    })
    .optional()
    .describe(
      'Sends the highest value of the dataset\'s cursor column so far, in incremental syncs. E.g. {"param": "updated_since"}',
    ),
  etag: z
    .boolean()
    .default(true)
    .describe('Without paging: asks with If-None-Match, and moves nothing where nothing changed.'),
  max_pages: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(MAX_PAGES)
    .describe('More of them end the sync as failed.'),
  max_megabytes: z
    .number()
    .min(1)
    .max(1_000_000)
    .default(MAX_MEGABYTES)
    .describe('More than this, of all pages, ends the sync as failed.'),
});

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Source = z.output<typeof source>;
export type Paging = Source['paging'];
