/** What a token may do and whether it still does, in words. */
import type { Scope, SettingsTokenPartsFragment } from '../../../generated/graphql.ts';
import type { StateLook } from '../../../words/states.ts';

export type Token = SettingsTokenPartsFragment;

export const SCOPES = [
  { scope: 'READ', label: 'See' },
  { scope: 'WRITE', label: 'See, change and run' },
  { scope: 'ADMIN', label: 'Everything, administering too' },
] as const satisfies readonly { readonly scope: Scope; readonly label: string }[];

/** The widest of them says it all: each includes the ones before. */
export function scopeWords(scopes: readonly Scope[]): string {
  const widest = SCOPES.findLast(({ scope }) => scopes.includes(scope));
  return widest?.label ?? 'All that its owner may';
}

export const TOKEN_LOOKS = {
  ACTIVE: { label: 'Active', tone: 'good', shape: 'check' },
  ENDING: { label: 'Ends soon', tone: 'warn', shape: 'clock' },
  EXPIRED: { label: 'Expired', tone: 'calm', shape: 'off' },
  REVOKED: { label: 'Revoked', tone: 'calm', shape: 'slash' },
} as const satisfies Record<string, StateLook>;

export type TokenState = keyof typeof TOKEN_LOOKS;

const SOON_MS = 7 * 86_400_000;

export function tokenState({ revokedAt, expiresAt }: Token, nowMs: number): TokenState {
  if (revokedAt) return 'REVOKED';
  if (!expiresAt) return 'ACTIVE';
  const leftMs = Date.parse(expiresAt) - nowMs;
  if (leftMs <= 0) return 'EXPIRED';
  return leftMs <= SOON_MS ? 'ENDING' : 'ACTIVE';
}

export const isGood = (token: Token, nowMs: number): boolean =>
  ['ACTIVE', 'ENDING'].includes(tokenState(token, nowMs));
