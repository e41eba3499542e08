/** The HTML of a message as somebody got it, with its pictures in it, so that it shows without asking anybody. */
import { row, rows, type Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { permit, type Principal } from '../access/principal.ts';
import { readArtifacts } from '../run/artifact.sql.ts';
import { hasHtml } from './delivery.ts';
import * as sql from './delivery.sql.ts';

/** Pictures that are not kept any more stay without.
 *  @throws DomainError NOT_FOUND where the delivery does not exist, may not be seen, or has no HTML. */
export async function readMessageHtml(
  { pool }: { readonly pool: Pool },
  who: Principal,
  id: number,
): Promise<string> {
  const found = await row(pool, sql.readMessage, [id, who.orgId]);
  if (found === null) throw new DomainError('NOT_FOUND', `No delivery ${id}.`);
  permit(who, 'project.view', found.projectId, { type: 'delivery', id });
  const { message } = found;
  if (message === null || !hasHtml(message)) {
    throw new DomainError('NOT_FOUND', `Delivery ${id} has no message in HTML.`);
  }
  const { html, images, run, pos } = message;
  if (images.length === 0) return html;
  const names = images.map(({ artifact }) => artifact);
  const files = await rows(pool, readArtifacts, [run, pos, names]);
  const addressOf = new Map(
    images.flatMap(({ cid, artifact }) => {
      const file = files.find(({ name }) => name === artifact);
      if (file === undefined) return [];
      return [[cid, `data:${file.mediaType};base64,${file.bytes.toString('base64')}`] as const];
    }),
  );
  // As the composer of messages writes them.
  return html.replaceAll(/"cid:([^"]+)"/g, (whole, cid: string) => {
    const address = addressOf.get(cid);
    return address === undefined ? whole : `"${address}"`;
  });
}
