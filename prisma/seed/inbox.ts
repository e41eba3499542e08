/** The demo's mail connector: everything that it sends ends in the inbox that `npm start` shows. */
import type { Principal } from '#domain/access/principal.ts';
import { createConnector } from '#domain/connector/save-connector.ts';
import type { Pool } from '#platform/db.ts';

/** @param port where that inbox takes mail, on this machine. */
export async function makeInbox(pool: Pool, who: Principal, port: number): Promise<void> {
  const config = {
    host: '127.0.0.1',
    port,
    secure: 'none',
    from: 'Honeyframe Demo <scheduler@demo.example>',
  };
  const inbox = { projectId: null, slug: 'inbox', name: 'Inbox of this machine', type: 'smtp' };
  await createConnector(pool, who, { ...inbox, config, secrets: {} }, undefined);
}
