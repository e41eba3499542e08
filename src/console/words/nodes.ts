/** What the nodes of a build by dbt are called, how each is marked, and which come first. */
import { lookOf, type StateLook } from './states.ts';

const FAILED: StateLook = { label: 'Failed', tone: 'bad', shape: 'cross' };

/** By dbt's own words for them. */
export const NODE_LOOKS: Readonly<Record<string, StateLook>> = {
  error: FAILED,
  fail: FAILED,
  'runtime error': FAILED,
  'partial success': { label: 'Partly built', tone: 'bad', shape: 'cross' },
  running: { label: 'Running', tone: 'busy', shape: 'play' },
  unknown: { label: 'Broken off', tone: 'warn', shape: 'question' },
  skipped: { label: 'Skipped', tone: 'calm', shape: 'skip' },
  warn: { label: 'Warned', tone: 'warn', shape: 'bolt' },
  success: { label: 'Built', tone: 'good', shape: 'check' },
  pass: { label: 'Passed', tone: 'good', shape: 'check' },
};

export const hasFailed = (status: string): boolean => lookOf(NODE_LOOKS, status).tone === 'bad';

const ORDER = Object.keys(NODE_LOOKS);

/** What asks for a look comes first; of one status as they are. */
export function byNeed(a: { readonly status: string }, b: { readonly status: string }): number {
  return placeOf(a.status) - placeOf(b.status);
}

function placeOf(status: string): number {
  const at = ORDER.indexOf(status);
  if (hasFailed(status)) return 0;
  // What went well has no order among itself.
  return at < 0 || status === 'pass' ? ORDER.indexOf('success') : at;
}
