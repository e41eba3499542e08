/** An event as it is read back. */
import type { Json } from '../step/kind.ts';
import type { EventRow } from './event-feed.sql.ts';

export type StoredEvent = {
  readonly runId: number;
  /** 1, 2, 3 … within the run. */
  readonly seq: number;
  readonly type: string;
  readonly at: Date;
  readonly payload: { readonly [key: string]: Json | undefined };
};

export function parseEvent({ payload, ...rest }: EventRow): StoredEvent {
  return { ...rest, payload: JSON.parse(payload) };
}
