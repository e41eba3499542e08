/** A message through a mail connector to whoever asks for it: the one proof that mail arrives. */
import type { Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import { sendMail } from '../mail/send-mail.ts';
import { getConnector, openConnector } from './connector.ts';
import { Failure } from './failure.ts';
import { mailServerOf, senderDomain, smtp } from './smtp.ts';

const TIMEOUT_MS = 30_000;

/** Sends one to the caller's own address, and to nobody else's. @returns what came of it, never later than 30 s.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT for a connector that sends no mail. */
export async function sendTestMessage(
  pool: Pool,
  who: Principal,
  id: number,
  key: SecretKey | undefined,
): Promise<{ ok: boolean; message: string }> {
  permitOrg(who);
  try {
    const connector = await getConnector(pool, who.orgId, id).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      throw new DomainError('NOT_FOUND', `No connector ${id}.`, { cause: error });
    });
    if (connector.type !== smtp.type) {
      throw new DomainError('CONFLICT', `${connector.name} sends no mail.`, {
        facts: { type: connector.type },
      });
    }
    const { opened } = openConnector(connector, key);
    const server = mailServerOf(opened as Parameters<typeof mailServerOf>[0]);
    const text = `This is a test message of the connector ${connector.name}, which ${who.name} asked for.`;
    const outcome = await sendMail(
      server,
      {
        to: who.email,
        subject: `Test message of ${connector.name}`.replaceAll(/[\0-\x1f]+/g, ' '),
        text: `${text}\n`,
        html: '',
        messageId: `<test-${crypto.randomUUID()}@${senderDomain(server.from)}>`,
      },
      AbortSignal.timeout(TIMEOUT_MS),
    );
    const said = { sent: 'sent', refused: 'not sent', unknown: 'it may have arrived' };
    const message = `To ${who.email}: ${said[outcome.outcome]} (${outcome.reply})`;
    return { ok: outcome.outcome === 'sent', message };
  } catch (error) {
    if (error instanceof Failure) return { ok: false, message: error.message };
    throw error;
  }
}
