/** A delivery as lists show it, and how often it was tried, in words. */
import type { DeliveryPartsFragment } from '../../generated/graphql.ts';

export type Delivery = DeliveryPartsFragment;

type Tried = Pick<Delivery, 'state' | 'attempts'>;

/** `2 tries`; empty for one that went well at once. */
export function triesWords({ state, attempts }: Tried): string {
  if (attempts === 0) return state === 'FAILED' ? 'not tried' : '';
  if (attempts === 1) return state === 'SENT' ? '' : '1 try';
  return `${attempts} tries`;
}
