/** The mail server that an organisation's messages go through. */
import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { converse, type MailServer } from '../mail/mail-server.ts';
import type { ConnectorType, Opened } from './connector-type.ts';
import { Failure } from './failure.ts';

const ADDRESS = /^(?:[^<>\r\n]*<\s*)?([^\s<>@]+@[^\s<>@]+?)(?:\s*>)?$/;

function isPrivateKey(text: string): boolean {
  try {
    return ['rsa', 'ed25519'].includes(createPrivateKey(text).asymmetricKeyType ?? '');
  } catch {
    // Told by the form.
    return false;
  }
}

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
  authority: z
    .string()
    .max(100_000)
    .refine((text) => text.includes('-----BEGIN CERTIFICATE-----'), 'certificates in PEM')
    .optional()
    .describe(
      'Certificates of a private authority, PEM, that the server’s own is checked against; left out, the well-known ones.',
    ),
  dkim_domain: z
    .string()
    .regex(/^[\w-]+(\.[\w-]+)+$/, 'a domain, as in example.com')
    .optional()
    .describe(
      'Signs messages for this domain (DKIM), with the secret dkim_key; mostly that of the sender. E.g. example.com',
    ),
  dkim_selector: z
    .string()
    .regex(/^[\w-]+(\.[\w-]+)*$/, 'the name before ._domainkey')
    .default('scheduler')
    .describe('Where the public key stands: <selector>._domainkey.<domain>. E.g. scheduler'),
});

const secrets = z.strictObject({
  password: z.string().min(1).optional().describe("The user's password."),
  dkim_key: z
    .string()
    .refine(isPrivateKey, 'a private key, RSA or Ed25519, in PEM')
    .optional()
    .describe('The private key that signs messages, PEM; needs dkim_domain.'),
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
    if ((connector.config.dkim_domain === undefined) !== (server.dkim === undefined)) {
      throw new Failure('Messages are to be signed (dkim_domain) without a key: set dkim_key.');
    }
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
  const { host, port, secure, user, from, authority, dkim_domain: domain } = config;
  const { dkim_key: key } = secrets;
  return {
    host,
    port,
    encryption: secure,
    signIn: user === undefined ? null : { user, password: secrets.password ?? '' },
    from,
    authority,
    dkim:
      domain === undefined || key === undefined
        ? undefined
        : { domain, selector: config.dkim_selector, key },
  };
}

/** The address alone of a sender, as its domain is part of every Message-ID. */
export function senderDomain(from: string): string {
  return ADDRESS.exec(from)?.[1]?.split('@')[1] ?? 'localhost';
}
