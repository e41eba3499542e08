/** Signing in with e-mail and password. Every failure looks and lasts the same, whether the account exists,
 *  has a password, or is deactivated. */
import { row, statement, type Pool } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { Attempts } from './attempts.ts';
import { signSession, type Session } from './jwt.ts';
import { verifyPassword } from './password.ts';
import { strongest, type Role } from './principal.ts';

export type SignedIn = {
  readonly accessToken: string;
  readonly tokenType: 'bearer';
  readonly mustResetPassword: boolean;
};

/** Tries that every process counts by itself. */
export type SignInLimits = { readonly byAddress: Attempts; readonly byAccount: Attempts };

/** Per address 20 at once and one more every 3 s (an office behind one address); per account 10 at once and
 *  one more every 30 s, forgiven by the right password. */
export function createSignInLimits(): SignInLimits {
  return { byAddress: new Attempts(20, 3), byAccount: new Attempts(10, 30) };
}

export type SignInDeps = {
  readonly pool: Pool;
  readonly jwtSecret: string;
  readonly limits: SignInLimits;
};

type AccountRow = {
  userId: number;
  passwordHash: string | null;
  mustResetPassword: boolean;
  orgId: number | null;
  roles: Role[];
};

const findAccount = statement<AccountRow>(
  'find-account',
  `select u.id as "userId", u.password_hash as "passwordHash",
          u.must_reset_password as "mustResetPassword", m.org_id as "orgId",
          (select coalesce(json_agg(p.role), '[]')
             from user_group ug
             join "group" g on g.id = ug.group_id and g.org_id = m.org_id
             join group_permission p on p.group_id = g.id and p.project_id is null
            where ug.user_id = u.id) as roles
     from "user" u
     left join lateral (
       select org_id from user_org where user_id = u.id order by is_default desc, org_id limit 1
     ) m on true
    where lower(u.email) = lower($1) and u.deactivated_at is null`,
);

// Not for a password that was changed while it was checked. The session begins when sessions count again: just after
// a change that is up to a second ahead.
const markSignIn = statement<{ at: Date }>(
  'mark-sign-in',
  `update "user" set last_sign_in_at = clock_timestamp() where id = $1 and password_hash = $2
   returning greatest(last_sign_in_at, sessions_from) as at`,
);

// Longer ones are not passwords; hashing them is work that an attacker would get for nothing.
const MAX_LENGTH = 1024;

/** A session for a program, of 60 minutes.
 *  @throws DomainError as `checkPassword` does. */
export async function signIn(
  deps: SignInDeps,
  input: unknown,
  address: string | null,
): Promise<SignedIn> {
  const { mustResetPassword, at, ...session } = await checkPassword(deps, input, address);
  return {
    accessToken: await signSession(session, deps.jwtSecret, at),
    tokenType: 'bearer',
    mustResetPassword,
  };
}

/** Whose password it is, what their session is to say, and when it begins, by the database's clock.
 *  @param input `{username, password}`; the user name is the e-mail, in any case.
 *  @throws DomainError VALIDATION when either is missing, RATE_LIMITED with `facts.retryAfterSeconds`,
 *  UNAUTHENTICATED for everything else that is wrong. */
export async function checkPassword(
  { pool, limits }: SignInDeps,
  input: unknown,
  address: string | null,
): Promise<Session & { readonly mustResetPassword: boolean; readonly at: Date }> {
  const { username, password } = readInput(input);
  const account = username.trim().toLowerCase();
  limit(limits, account, address);
  const found = await row(pool, findAccount, [account]);
  const right = await verifyPassword(password, found?.passwordHash ?? null);
  if (!right || found === null || found.orgId === null) throw wrong();
  const marked = await row(pool, markSignIn, [found.userId, found.passwordHash]);
  if (marked === null) throw wrong();
  limits.byAccount.forgive(account);
  const { userId, orgId, mustResetPassword } = found;
  const role = found.roles.reduce<Role | null>((best, next) => strongest(best, next), null);
  return { userId, orgId, role, mustResetPassword, at: marked.at };
}

function wrong(): DomainError {
  return new DomainError('UNAUTHENTICATED', 'The e-mail or the password is wrong.');
}

function limit(limits: SignInLimits, account: string, address: string | null) {
  const nowMs = performance.now();
  const seconds = Math.max(
    address === null ? 0 : limits.byAddress.take(address, nowMs),
    limits.byAccount.take(account, nowMs),
  );
  if (seconds === 0) return;
  throw new DomainError('RATE_LIMITED', `Too many tries to sign in; try again in ${seconds} s.`, {
    facts: { retryAfterSeconds: seconds },
  });
}

function readInput(input: unknown): { username: string; password: string } {
  const fields = (typeof input === 'object' && input !== null ? input : {}) as Record<
    string,
    unknown
  >;
  const problems: Problem[] = [];
  const read = (name: 'username' | 'password'): string => {
    const value = fields[name];
    // A password never returns in an answer, not even a bad one.
    const shown = name === 'username' && value !== undefined ? { value } : {};
    if (typeof value !== 'string' || value === '') {
      problems.push({ path: [name], message: `is missing; send it as text`, ...shown });
    } else if (value.length > MAX_LENGTH) {
      problems.push({ path: [name], message: `is longer than ${MAX_LENGTH} characters` });
    } else if (name === 'username' && value.includes('\0')) {
      problems.push({ path: [name], message: 'holds a NUL; no account does' });
    } else return value;
    return '';
  };
  const both = { username: read('username'), password: read('password') };
  if (problems.length > 0) throw invalid(problems);
  return both;
}
