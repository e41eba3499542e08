/** What a person gives to read a MySQL or MariaDB database. */
import { z } from 'zod';

export const config = z.strictObject({
  host: z.string().min(1).describe('E.g. db.example.com'),
  port: z.number().int().min(1).max(65_535).default(3306).describe('E.g. 3306'),
  database: z.string().min(1).describe('E.g. shop'),
  user: z.string().min(1).describe('E.g. reader'),
  ssl: z
    .enum(['disable', 'require', 'verify'])
    .default('disable')
    .describe('require: encrypted; verify: and the certificate is checked.'),
  authority: z
    .string()
    .max(100_000)
    .refine((text) => text.includes('-----BEGIN CERTIFICATE-----'), 'certificates in PEM')
    .optional()
    .describe(
      'Certificates of a private authority, PEM, that the server’s own is checked against; left out, the well-known ones.',
    ),
  statement_timeout: z
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(3600)
    .describe('Seconds that one read may take. E.g. 3600'),
});

export const secrets = z.strictObject({
  password: z.string().min(1).optional().describe("The user's password."),
});

export const source = z
  .strictObject({
    table: z.string().min(1).max(64).optional().describe('A table or view. E.g. orders'),
    query: z
      .string()
      .min(1)
      .optional()
      .describe('One SELECT. E.g. select id, total from orders where paid'),
  })
  .refine((given) => (given.table === undefined) !== (given.query === undefined), {
    error: 'give either a table or a query',
    path: ['table'],
  });

export type Config = z.output<typeof config>;
export type Secrets = z.output<typeof secrets>;
export type Source = z.output<typeof source>;
