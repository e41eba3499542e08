/** What every resolver is handed. */
import { assertOwnPassword, type Principal } from '#domain/access/principal.ts';
import type { EventFeed } from '#domain/event/event-feed.ts';
import type { Changes } from '#domain/event/changes.ts';
import type { TemplateChanges } from '#domain/event/template-changes.ts';
import type { HealthFeed } from '#domain/heartbeat/health-feed.ts';
import type { Registry } from '#domain/step/kind.ts';
import type { Warehouse } from '#domain/warehouse/warehouse.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { DomainError } from '#platform/errors.ts';
import type { SecretKey } from '#platform/secrets.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Session } from './session.ts';

/** What the API process has, for as long as it lives. */
export type House = {
  readonly pool: Pool;
  readonly prisma: PrismaClient;
  readonly kinds: Registry;
  readonly events: EventFeed;
  /** Of runs. */
  readonly changes: Changes;
  readonly scenarioChanges: Changes;
  /** The same, at most twice a second. */
  readonly tickChanges: Changes;
  /** Of templates and the matrix. */
  readonly templateChanges: TemplateChanges;
  /** Of deliveries of reports. */
  readonly deliveryChanges: Changes;
  /** Of datasets, recipes and agents; its ids are projects'. */
  readonly flowChanges: Changes;
  readonly health: HealthFeed;
  /** Answers what the cards of dashboards ask. */
  readonly warehouse: Warehouse;
  readonly log: Log;
  /** Signs sessions. */
  readonly jwtSecret: string;
  /** Seals what connectors keep secret; undefined: `SECRET_KEY` is not set. */
  readonly secretKey: SecretKey | undefined;
  /** `PUBLIC_URL`; null: the Host that a request names is ours. */
  readonly publicUrl: string | null;
  /** How old a worker's beat may be. */
  readonly heartbeatStaleSeconds: number;
};

export type Context = House & {
  readonly requestId: string;
  /** Who asks. Of a subscription it is looked at again every minute. */
  readonly session: Session;
  /** Where the caller found us, as in `https://scheduler.example`. */
  readonly origin: string;
  /** Aborts when whoever asked over HTTP does not wait for the answer any more. */
  readonly gone: () => AbortSignal;
  /** The cookie that the caller came by, where the answer can set another one; null for a token and on a socket. */
  readonly cookie: { readonly token: string; replace(token: string): void } | null;
};

/** The caller.
 *  @throws DomainError as `identity` does; FORBIDDEN for one who has to choose a password first. */
export function who(context: Context): Principal {
  const principal = identity(context);
  assertOwnPassword(principal);
  return principal;
}

/** The caller, also one who has to choose a password before anything else: for what is about that alone.
 *  @throws DomainError FORBIDDEN for one who came by the link of a tile; UNAUTHENTICATED where nobody is signed
 *  in, or as the credentials were refused. */
export function identity({ session }: Context): Principal {
  if (session.principal) return session.principal;
  if (session.tile) {
    throw new DomainError('FORBIDDEN', 'This link shows the scheduler’s health and nothing else.');
  }
  throw (
    session.refusal ??
    new DomainError('UNAUTHENTICATED', 'Sign in, or send a token: Authorization: Bearer hf_….')
  );
}
