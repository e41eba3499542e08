/** A caller, for one request or for the life of a socket. While something is subscribed to, the credentials
 *  are checked again every minute, so that a revoked token or a lost role ends what it once began. */
import { authenticate, bearerOf } from '#domain/access/authenticate.ts';
import type { Credentials } from '#domain/access/authenticate.ts';
import { isTileToken } from '#domain/access/jwt.ts';
import type { Principal } from '#domain/access/principal.ts';
import { enterTile } from '#domain/access/tile-link.ts';
import type { Tile } from '#domain/access/tile-link.ts';
import { DomainError } from '#platform/errors.ts';
import type { House } from './context.ts';

export const RECHECK_MS = 60_000;

export type Session = {
  /** null: nobody is signed in. */
  readonly principal: Principal | null;
  /** The link that was opened instead of signing in; it shows the scheduler's health and nothing else. */
  readonly tile: Tile | null;
  /** Why the credentials were not taken; null where there were none, or good ones. */
  readonly refusal: DomainError | null;
  /** Something that lasts: `isAllowed` is asked after every check, and `end` is called once it says no or the
   *  credentials are refused. */
  guard(lasting: Lasting): Disposable;
};

export type Lasting = {
  isAllowed(principal: Principal): boolean;
  end(reason: DomainError): void;
};

type Options = {
  /** Default RECHECK_MS. */
  recheckMs?: number;
  /** Called once the credentials are refused, after everything guarded has ended. */
  onRefused?: (reason: DomainError) => void;
};

/** Whether the credentials are good for anything at all. */
export const isLetIn = ({ principal, tile }: Session) => principal !== null || tile !== null;

/** Opens a session; never throws for bad credentials, which are told when something needs a caller. */
export async function openSession(
  { pool, jwtSecret, log }: Pick<House, 'pool' | 'jwtSecret' | 'log'>,
  credentials: Credentials,
  { recheckMs = RECHECK_MS, onRefused }: Options = {},
): Promise<Session> {
  const guarded = new Set<Lasting>();
  let principal: Principal | null = null;
  let tile: Tile | null = null;
  let refusal: DomainError | null = null;
  let timer: NodeJS.Timeout | undefined;

  const check = async () => {
    const token = bearerOf(credentials);
    try {
      if (token !== null && isTileToken(token)) tile = await enterTile(pool, token, jwtSecret);
      else principal = await authenticate(pool, credentials, { jwtSecret });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      principal = null;
      tile = null;
      refusal = error;
    }
  };

  const recheck = async () => {
    try {
      await check();
    } catch (error) {
      // Without the database nothing new is told either; the next minute asks again.
      log.warn({ err: error }, 'a session could not be checked');
      return;
    }
    for (const lasting of guarded) {
      if (refusal) lasting.end(refusal);
      else if (principal && !lasting.isAllowed(principal)) lasting.end(goneFrom());
    }
    if (refusal) onRefused?.(refusal);
  };

  if (credentials.authorization) await check();

  return {
    get principal() {
      return principal;
    },
    get tile() {
      return tile;
    },
    get refusal() {
      return refusal;
    },
    guard(lasting) {
      guarded.add(lasting);
      timer ??= setInterval(() => void recheck(), recheckMs);
      return {
        [Symbol.dispose]() {
          guarded.delete(lasting);
          if (guarded.size > 0) return;
          clearInterval(timer);
          timer = undefined;
        },
      };
    },
  };
}

function goneFrom(): DomainError {
  return new DomainError('NOT_FOUND', 'You may no longer see this.');
}
