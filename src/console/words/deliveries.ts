/** What the states of a delivery, and of each of its tries, are called and how they are marked. */
import type { StateLook } from './states.ts';

export const DELIVERY_LOOKS = {
  PENDING: { label: 'Pending', tone: 'calm', shape: 'dots' },
  SENDING: { label: 'Sending', tone: 'busy', shape: 'play' },
  SENT: { label: 'Sent', tone: 'good', shape: 'check' },
  FAILED: { label: 'Failed', tone: 'bad', shape: 'cross' },
  UNKNOWN: { label: 'Unknown', tone: 'warn', shape: 'question' },
} as const satisfies Record<string, StateLook>;

export const TRY_LOOKS = {
  SENDING: DELIVERY_LOOKS.SENDING,
  PUT_OFF: { label: 'Put off', tone: 'warn', shape: 'clock' },
  SENT: DELIVERY_LOOKS.SENT,
  FAILED: { label: 'Refused', tone: 'bad', shape: 'cross' },
  UNKNOWN: DELIVERY_LOOKS.UNKNOWN,
} as const satisfies Record<string, StateLook>;
