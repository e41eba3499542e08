/** The mail server that an organisation's messages go through. */
import { z } from 'zod';
import { converse, type MailServer } from '../mail/mail-server.ts';
import type { ConnectorType, Opened } from './connector-type.ts';
import { Failure } from './failure.ts';

const ADDRESS = /^(?:[^<>\r\n]*<\s*)?([^\s<>@]+@[^\s<>@]+?)(?:\s*>)?$/;

const config = z.strictObject({
  host: z.string().min(1).describe('E.g. smtp.example.com'),
  port: z.number().int().min(1).max(65_535).default(587).describe('E.g. 587; with tls mostly 465.'),
  secure: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe(
      'starttls: encrypted before anything is said; tls: from the first byte; none: in clear.',
    ),
  user: z
    .string()
    .min(1)
    .optional()
    .describe('Who signs in; left out, nobody does. E.g. scheduler'),
  from: z
    .string()
    .max(320)
    .refine((text) => ADDRESS.test(text), 'an address, with a name before it or not')
    .describe('The sender. E.g. Scheduler <scheduler@example.com>'),
});

const secrets = z.strictObject({
  password: z.string().min(1).optional().describe("The user's password."),
});

type Config = z.output<typeof config>;
type Secrets = z.output<typeof secrets>;

export const smtp: ConnectorType<Config, Secrets, never> = {
  type: 'smtp',
  label: 'Mail (SMTP)',
  description: 'The mail server that reports and notifications are sent through.',
  config,
  secrets,
  async test(connector, signal) {
    const server = mailServerOf(connector);
    const where = `${server.host}:${server.port}`;
    try {
      using _conversation = await converse(server, signal);
    } catch (error) {
      signal.throwIfAborted();
      // Whatever goes wrong here lies with the server or with how the connector describes it.
      throw new Failure(`Connecting to ${where}: ${(error as Error).message}.`, false, error);
    }
    const who = server.signIn === null ? 'without signing in' : `as ${server.signIn.user}`;
    return `${where} answers, ${who}; nothing was sent`;
  },
};

/** What a conversation needs. */
export function mailServerOf({ config, secrets }: Opened<Config, Secrets>): MailServer {
  const { host, port, secure, user, from } = config;
  return {
    host,
    port,
    encryption: secure,
    signIn: user === undefined ? null : { user, password: secrets.password ?? '' },
    from,
  };
}

/** The address alone of a sender, as its domain is part of every Message-ID. */
export function senderDomain(from: string): string {
  return ADDRESS.exec(from)?.[1]?.split('@')[1] ?? 'localhost';
}
