/** The mail server of a project, and who may get mail through it. */
import { row, type Queryable } from '#platform/db.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { getConnector, openConnector } from '../connector/connector.ts';
import { Failure } from '../connector/failure.ts';
import { mailServerOf } from '../connector/smtp.ts';
import { findDeactivated, findMailConnector } from '../notification/notification.sql.ts';
import { allowsRecipient, getSettings } from '../org/settings.ts';
import type { MailServer } from './mail-server.ts';

type Place = { readonly orgId: number; readonly projectId: number };

/** The project's own mail connector, else the organisation's. @throws Failure where there is none or it has to be set
 *  up again. */
export async function findMailServer(
  db: Queryable,
  { orgId, projectId }: Place,
  key: SecretKey | undefined,
): Promise<MailServer> {
  const found = await row(db, findMailConnector, [orgId, projectId]);
  if (found === null) {
    throw new Failure(
      'This organisation has no mail connector; an administrator adds one of the type smtp.',
    );
  }
  const { opened } = openConnector(await getConnector(db, orgId, found.id), key);
  return mailServerOf(opened as Parameters<typeof mailServerOf>[0]);
}

/** Why this address gets no mail; null: it does. */
export async function refusedRecipient(
  db: Queryable,
  orgId: number,
  address: string,
): Promise<string | null> {
  if (!allowsRecipient(await getSettings(db, orgId), address)) {
    return 'the organisation allows no mail to this domain; an administrator adds it to its settings';
  }
  if ((await row(db, findDeactivated, [orgId, address])) === null) return null;
  return 'this member is deactivated; name another recipient';
}
