/** Passwords that change: one's own, knowing the old one; anybody's by an administrator, who hands over another. */
import { row, rows, transaction, type Pool } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { Attempts } from './attempts.ts';
import { recordChange } from './audit.ts';
import { getMember, type Added } from './members.ts';
import * as sql from './members.sql.ts';
import { createOneTimePassword } from './one-time-password.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { permitOrg, type Principal } from './principal.ts';

// NIST asks for 8; the one-time passwords have 19.
export const MIN_PASSWORD = 10;
const MAX_PASSWORD = 1024;

// Whoever found an open browser must not guess the password in it: 5 at once, one more every 30 s.
const attempts = new Attempts(5, 30);

/** The person's sessions end, their sockets within a minute; tokens stay.
 *  @returns from when on a session counts, for the one in use to go on with.
 *  @throws DomainError VALIDATION for a wrong old password and for a new one that is too short or no other one;
 *  RATE_LIMITED with `facts.retryAfterSeconds`; FORBIDDEN for a limited token and for a service. */
export async function changePassword(
  pool: Pool,
  who: Principal,
  given: { readonly current: string; readonly next: string },
): Promise<Date> {
  if (who.scopes.length > 0) throw forbidden(who, 'A limited token cannot change a password.');
  const found = await row(pool, sql.findPassword, [who.userId]);
  if (!found?.passwordHash) {
    throw forbidden(who, 'This account signs in with tokens; it has no password to change.');
  }
  const problems = nextProblems(given.current, given.next, found.email);
  const seconds = attempts.take(String(who.userId), performance.now());
  if (seconds > 0) {
    throw new DomainError('RATE_LIMITED', `Too many tries; try again in ${seconds} s.`, {
      facts: { retryAfterSeconds: seconds },
    });
  }
  const isLong = given.current.length > MAX_PASSWORD;
  if (isLong || !(await verifyPassword(given.current, found.passwordHash))) {
    problems.unshift({ path: ['current'], message: 'is not the password in force' });
  }
  if (problems.length > 0) throw invalid(problems);
  attempts.forgive(String(who.userId));
  const hash = await hashPassword(given.next);
  return transaction(pool, async (tx) => {
    const { sessionsFrom } = (await row(tx, sql.setPassword, [who.userId, hash, false]))!;
    await recordChange(tx, who, {
      action: 'member.change_password',
      resourceType: 'member',
      resourceId: who.userId,
    });
    return sessionsFrom;
  });
}

/** A password that is shown once, and must be changed at the next sign-in. Sessions of the old one are over at once,
 *  their sockets within a minute; tokens stay.
 *  @throws DomainError NOT_FOUND; CONFLICT for a service, and for somebody who belongs to another organisation too:
 *  its administrators have not agreed that this one opens the account. */
export async function resetPassword(pool: Pool, who: Principal, userId: number): Promise<Added> {
  permitOrg(who);
  const oneTimePassword = createOneTimePassword();
  const hash = await hashPassword(oneTimePassword);
  return transaction(pool, async (tx) => {
    const { name } = await getMember(tx, who, userId);
    const account = (await row(tx, sql.accountById, [who.orgId, userId]))!;
    if (account.isService) {
      throw new DomainError('CONFLICT', `${name} is a service and has only tokens.`);
    }
    if (account.otherOrgs > 0) {
      const message = `${name} belongs to another organisation too; only they can change their password.`;
      throw new DomainError('CONFLICT', message);
    }
    await rows(tx, sql.setPassword, [userId, hash, true]);
    await recordChange(tx, who, {
      action: 'member.reset_password',
      resourceType: 'member',
      resourceId: userId,
    });
    return { member: await getMember(tx, who, userId), oneTimePassword };
  });
}

/** Problems never show what was typed. */
function nextProblems(current: string, next: string, email: string): Problem[] {
  const path = ['new'];
  if (next.length < MIN_PASSWORD || next.length > MAX_PASSWORD) {
    return [{ path, message: `has ${MIN_PASSWORD} to ${MAX_PASSWORD} characters` }];
  }
  if (next === current) return [{ path, message: 'is the one in force; choose another one' }];
  if (next.toLowerCase() === email.toLowerCase()) {
    return [{ path, message: 'is your address; choose another one' }];
  }
  return [];
}

function forbidden(who: Principal, message: string): DomainError {
  return new DomainError('FORBIDDEN', message, {
    facts: { permission: 'member.change_password', targetId: who.userId },
  });
}
