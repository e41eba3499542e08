/** When a token ends, as one chooses it. */

const DAY_MS = 86_400_000;

export const EXPIRIES = [
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'at', label: 'At another time …' },
  { value: 'never', label: 'Not before it is revoked' },
] as const;

export type Expiry = (typeof EXPIRIES)[number]['value'];

export const USUAL: Expiry = '90';

/** @param at local date and time, as the browser's field gives it. @returns ISO 8601; null: it does not end. */
export function expiresAt(expiry: Expiry, at: string, nowMs: number): string | null {
  if (expiry === 'never') return null;
  if (expiry === 'at') return new Date(at).toISOString();
  return new Date(nowMs + Number(expiry) * DAY_MS).toISOString();
}
